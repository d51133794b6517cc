using System.Collections.Immutable;
using Harness.Components;
using Harness.Faults;

namespace Harness.Containers;

/// <summary>
/// Events flow from SQS through a container into RabbitMQ; in mid-flow it is stopped and another one takes its place.
/// </summary>
internal sealed class Soak(RabbitMqServer rabbitMq, FauxqsServer fauxqs, string image)
{
    // Far longer than the run: what the first container did not give back would not arrive.
    private const string LongLease = "00:30:00";
    private const int Seed = 1;

    // Shares of all events: what may be sent before the stop, and what has then arrived at least.
    private const double SentBeforeStop = 0.7;
    private const double ArrivedBeforeStop = 0.3;
    private static readonly TimeSpan QuietTimeout = TimeSpan.FromSeconds(90);

    /// <summary>Runs it; the image is built.</summary>
    /// <param name="events">How many.</param>
    /// <param name="inspect">Looks at the first container when it is ready; null for nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FaultException">Something was lost, altered or dead-lettered, or a container did not end in
    /// order.</exception>
    public async Task<SoakResult> RunAsync(
        int events, Func<BridgeContainer, Task>? inspect = null, CancellationToken cancellationToken = default)
    {
        var name = $"soak-{Guid.NewGuid().ToString("N")[..8]}";
        var broker = await rabbitMq.CreateVirtualHostAsync(name, cancellationToken);
        await fauxqs.CreateQueueAsync(name, cancellationToken: cancellationToken);
        await using var queue = new ConnectedQueue(BridgeQueue.Of(fauxqs, name));
        var ledger = new EventLedger();
        await using var tap = await Tap.StartAsync(broker, ledger);
        var settings = BridgeQueue.BridgeEnvironment(broker, queue.Queue).SetItem("Bridge__Receive__Lease", LongLease);
        var run = new Run(events, settings, queue, ledger, new Flow());

        var sending = new Feed(queue, ledger, Seed).SendAsync(events, run.Flow, cancellationToken);
        var first = await StopInMidFlowAsync(run, inspect, cancellationToken);
        var peak = await FinishAsync(run, sending, cancellationToken);

        await new DeadLetterAccount(broker, new BrokerQueues(rabbitMq, name)).CloseAsync(ledger.Describe, cancellationToken);
        if (ledger is not { Renamed: 0, Foreign.Count: 0 })
            throw new FaultException(ledger.Describe());
        return new SoakResult(
            events, ledger.Duplicates, first, await ContainerEngine.SizeOfAsync(image, cancellationToken),
            Math.Max(first.PeakKiB, peak));
    }

    // The first container, until it has ended.
    private async Task<StoppedContainer> StopInMidFlowAsync(
        Run run, Func<BridgeContainer, Task>? inspect, CancellationToken cancellationToken)
    {
        await using var container = await BridgeContainer.StartAsync(image, run.Settings, cancellationToken);
        var idle = (await container.UsageAsync(cancellationToken)).PeakKiB;
        if (inspect is not null)
            await inspect(container);
        run.Flow.Allow(SentBeforeStop);
        await Wait.UntilAsync(
            () =>
                Task.FromResult(run.Ledger.Arrived > run.Events * ArrivedBeforeStop), QuietTimeout, run.Ledger.Describe,
                cancellationToken);
        var (arrived, peak) = (run.Ledger.Arrived, (await container.UsageAsync(cancellationToken)).PeakKiB);
        var took = await StopAsync(container, cancellationToken);
        return run.Ledger.Arrived < run.Events
            ? new StoppedContainer(arrived, took, idle, peak)
            : throw new FaultException("everything had arrived before the stop: it was not in mid-flow");
    }

    // The second one, until everything has arrived. Returns its memory's peak in KiB.
    private async Task<long> FinishAsync(Run run, Task sending, CancellationToken cancellationToken)
    {
        run.Flow.Allow(1);
        await using var container = await BridgeContainer.StartAsync(image, run.Settings, cancellationToken);
        await sending.WaitAsync(cancellationToken);
        await UntilAllArrivedAsync(run.Ledger, cancellationToken);
        await Wait.UntilAsync(
            async () => await run.Queue.DepthAsync(cancellationToken) == 0, QuietTimeout, () =>
                "the queue is not empty", cancellationToken);
        var peak = (await container.UsageAsync(cancellationToken)).PeakKiB;
        await StopAsync(container, cancellationToken);
        return peak;
    }

    private static async Task<TimeSpan> StopAsync(BridgeContainer container, CancellationToken cancellationToken)
    {
        var (code, took) = await container.StopAsync(cancellationToken);
        return code == 0
            ? took
            : throw new FaultException(
                $"a container ended with {code} {took.TotalSeconds:0.0} s after SIGTERM:{container.Process.Tail()}");
    }

    // For as long as events keep arriving.
    private static async Task UntilAllArrivedAsync(EventLedger ledger, CancellationToken cancellationToken)
    {
        while (ledger.Missing > 0)
        {
            var before = ledger.Arrived;
            await Wait.UntilAsync(
                () => Task.FromResult(ledger.Missing == 0 || ledger.Arrived > before),
                QuietTimeout,
                ledger.Describe,
                cancellationToken);
        }
    }

    private sealed record Run(
        int Events, ImmutableDictionary<string, string> Settings, ConnectedQueue Queue, EventLedger Ledger, Flow Flow);
}
