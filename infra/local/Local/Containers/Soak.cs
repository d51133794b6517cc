using Local.Components;
using Local.Faults;

namespace Local.Containers;

/// <summary>Events flow from SQS through a container into RabbitMQ; in mid-flow it is stopped and another one takes its place.</summary>
internal sealed class Soak(RabbitMqServer rabbitMq, FauxqsServer fauxqs, string image)
{
    // Far longer than the run: what the first container did not give back would not arrive.
    private const string LongLease = "00:30:00";
    private const int Seed = 1;
    private static readonly TimeSpan QuietPatience = TimeSpan.FromSeconds(90);

    /// <summary>Runs it; the image is built.</summary>
    /// <param name="events">How many.</param>
    /// <param name="inspect">Looks at the first container when it is ready; null for nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FaultException">Something was lost, altered or dead-lettered, or a container did not end in order.</exception>
    public async Task<SoakResult> RunAsync(int events, Func<BridgeContainer, Task>? inspect = null, CancellationToken cancellationToken = default)
    {
        var name = $"soak-{Guid.NewGuid().ToString("N")[..8]}";
        var broker = await rabbitMq.CreateVirtualHostAsync(name, cancellationToken);
        await fauxqs.CreateQueueAsync(name, cancellationToken: cancellationToken);
        await using var queue = new CloudQueue(BridgeQueue.Of(fauxqs, name));
        var ledger = new Ledger();
        await using var tap = await Tap.StartAsync(broker, ledger);
        var settings = BridgeQueue.BridgeEnvironment(broker, queue.Queue).SetItem("Bridge__Receive__Lease", LongLease);

        await using var first = await BridgeContainer.StartAsync(image, settings, cancellationToken);
        var idle = (await first.UsageAsync(cancellationToken)).PeakKiB;
        if (inspect is not null)
            await inspect(first);
        var flow = new Flow();
        var began = TimeProvider.System.GetTimestamp();
        var sending = new Feed(queue, ledger, Seed).SendAsync(events, flow, cancellationToken);

        flow.Allow(0.7);
        await Wait.UntilAsync(() => Task.FromResult(ledger.Arrived > events * 0.3), QuietPatience, ledger.Describe, cancellationToken);
        var (atStop, peak) = (ledger.Arrived, (await first.UsageAsync(cancellationToken)).PeakKiB);
        var stopTook = await StopAsync(first, cancellationToken);
        if (ledger.Missing == 0)
            throw new FaultException("everything had arrived before the stop: it was not in mid-flow");

        flow.Allow(1);
        await using var second = await BridgeContainer.StartAsync(image, settings, cancellationToken);
        await sending.WaitAsync(cancellationToken);
        await UntilAllArrivedAsync(ledger, cancellationToken);
        var took = TimeProvider.System.GetElapsedTime(began);
        await Wait.UntilAsync(async () => await queue.DepthAsync(cancellationToken) == 0, QuietPatience, () => "the queue is not empty", cancellationToken);
        peak = Math.Max(peak, (await second.UsageAsync(cancellationToken)).PeakKiB);
        await StopAsync(second, cancellationToken);

        await new DeadLetterAccount(broker, new BrokerQueues(rabbitMq, name)).CloseAsync(ledger.Describe, cancellationToken);
        if (ledger is not { Renamed: 0, Foreign.Count: 0 })
            throw new FaultException(ledger.Describe());
        return new SoakResult(
            ledger.Expected, atStop, ledger.Duplicates, stopTook, took, await ContainerEngine.SizeOfAsync(image, cancellationToken), idle, peak);
    }

    private static async Task<TimeSpan> StopAsync(BridgeContainer container, CancellationToken cancellationToken)
    {
        var (code, took) = await container.StopAsync(cancellationToken);
        return code == 0 ? took : throw new FaultException($"a container ended with {code} {took.TotalSeconds:0.0} s after SIGTERM:{container.Process.Tail()}");
    }

    // For as long as events keep arriving.
    private static async Task UntilAllArrivedAsync(Ledger ledger, CancellationToken cancellationToken)
    {
        while (ledger.Missing > 0)
        {
            var before = ledger.Arrived;
            await Wait.UntilAsync(() => Task.FromResult(ledger.Missing == 0 || ledger.Arrived > before), QuietPatience, ledger.Describe, cancellationToken);
        }
    }
}
