using System.Text;
using Harness.Components;
using Harness.Demo;

namespace Local.Demo;

/// <summary>
/// The whole road, live: functions and generated events, both queues, two bridges, the exchange, and the account of it.
/// </summary>
internal sealed class DemoRun
{
    private const int Orders = 20;
    private const int LargeOrderEvery = 10;
    private const int Generated = 5_000;
    private static readonly TimeSpan QuietTimeout = TimeSpan.FromSeconds(60);

    private readonly LiveScreen _screen = new();
    private readonly LocalComponents _components;
    private readonly DemoQueue _azure;
    private readonly DemoQueue _sqs;
    private readonly Arrivals _arrivals;

    private DemoRun(LocalComponents components)
    {
        _components = components;
        _azure = new(BridgeQueue.Of(components.Azurite, LocalComponents.Queue), new QueueLedger("Azure Storage Queue", "azure"));
        _sqs = new(BridgeQueue.Of(components.Fauxqs, LocalComponents.Queue), new QueueLedger("Amazon SQS", "sqs"));
        _arrivals = new Arrivals([_azure.Ledger, _sqs.Ledger], _screen);
    }

    private DemoQueue[] Queues => [_azure, _sqs];

    /// <summary>Runs the demo.</summary>
    /// <param name="once">End after the summary instead of waiting for Ctrl-C.</param>
    /// <param name="cancellationToken">Ends it early; everything is stopped.</param>
    /// <returns>0 when nothing was lost.</returns>
    public static async Task<int> RunAsync(bool once, CancellationToken cancellationToken)
    {
        Console.WriteLine("Starting RabbitMQ and both clouds' queues");
        await using var components = await LocalComponents.StartAsync(cancellationToken);
        return await new DemoRun(components).RunWithAsync(once, cancellationToken);
    }

    private async Task<int> RunWithAsync(bool once, CancellationToken cancellationToken)
    {
        var uri = _components.RabbitMq.Uri;
        await using var tap = await DemoTap.StartAsync(uri, _arrivals.Take, cancellationToken);
        _screen.Write("Starting two bridges and the function CreateOrder in each cloud's host");
        await using var programs = await DemoPrograms.StartAsync(uri, _azure, _sqs, cancellationToken);

        var started = TimeProvider.System.GetTimestamp();
        await FollowAsync(SendAsync(programs, cancellationToken), cancellationToken);
        await ShowSummaryAsync(programs, TimeProvider.System.GetElapsedTime(started), cancellationToken);
        var lost = Queues.Sum(queue => queue.Ledger.Figures.Missing);
        if (!once)
            await StayUpAsync(programs, cancellationToken);
        return lost == 0 ? 0 : 1;
    }

    private async Task SendAsync(DemoPrograms programs, CancellationToken cancellationToken)
    {
        _screen.Write(
            $"Creating {Orders} orders through each function, some of them larger than a queue message; at the exchange:");
        await Task.WhenAll(
            CreateOrdersAsync(programs.Azure, _azure.Ledger, cancellationToken),
            CreateOrdersAsync(programs.Lambda, _sqs.Ledger, cancellationToken));
        _screen.Write($"Sending {Generated:N0} generated events through each queue with 'bridge send'");
        await Task.WhenAll(Queues.Select(queue => SendGeneratedAsync(queue, cancellationToken)));
        await WaitForTheRestAsync(cancellationToken);
    }

    private static async Task CreateOrdersAsync(IOrderFunction function, QueueLedger ledger, CancellationToken cancellationToken)
    {
        for (var number = 1; number <= Orders; number++)
        {
            var order = number % LargeOrderEvery == 0 ? SampleOrders.Large(number) : SampleOrders.Small(number);
            ledger.ExpectOrder(await function.CreateAsync(order, cancellationToken));
        }
    }

    private static async Task SendGeneratedAsync(DemoQueue queue, CancellationToken cancellationToken)
    {
        var events = SampleEvents.Generate(queue.Ledger.GeneratedService, Generated);
        queue.Ledger.ExpectGenerated(events.Ids);
        List<string> arguments = ["send", "--queue", queue.Queue.Url.ToString(), "--kind", queue.Queue.Kind!];
        if (queue.Queue.Connection is { } connection)
            arguments.AddRange(["--connection", connection]);
        var result = await BridgeProcess.RunBridgeAsync(
            arguments, events.Lines, queue.Queue.SenderEnvironment(), TimeSpan.FromMinutes(2), cancellationToken);
        result.EnsureSuccess($"bridge send to {queue.Queue.Url}");
    }

    // A second of silence after the last missing event lets duplicates show themselves.
    private async Task WaitForTheRestAsync(CancellationToken cancellationToken)
    {
        while (
            Queues.Any(queue => queue.Ledger.Figures.Missing > 0)
                ? _arrivals.Quiet < QuietTimeout
                : _arrivals.Quiet.TotalSeconds < 1)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
        }
    }

    private async Task FollowAsync(Task work, CancellationToken cancellationToken)
    {
        while (!work.IsCompleted)
        {
            _screen.Progress(string.Join("   ", Queues.Select(queue => Progress(queue.Ledger))));
            await Task.WhenAny(work, Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken));
        }

        _screen.Progress("");
        await work;
    }

    private static string Progress(QueueLedger ledger)
    {
        var figures = ledger.Figures;
        return $"{ledger.Queue}: {figures.Received:N0} of {figures.Sent:N0} events";
    }

    private async Task ShowSummaryAsync(DemoPrograms programs, TimeSpan took, CancellationToken cancellationToken)
    {
        var rows = new List<(string, QueueFigures, long)>();
        foreach (var queue in Queues)
        {
            rows.Add((queue.Ledger.Queue, queue.Ledger.Figures, await MessagesAsync(programs, queue.Queue, cancellationToken)));
        }

        _screen.Write();
        _screen.Write(SummaryTable.Of(rows));
        _screen.Write($"  in {took.TotalSeconds:0.0} s, by two bridges");
    }

    // Messages that all bridges took out of the queue. Received ones would count a redelivered message twice.
    private static async Task<long> MessagesAsync(DemoPrograms programs, BridgeQueue queue, CancellationToken cancellationToken)
    {
        var system = queue.Kind is "sqs" ? "aws_sqs" : "azure_storage_queue";
        var deleted = 0.0;
        foreach (var bridge in programs.Bridges)
            deleted += await bridge.SumAsync("bridge_messages_deleted_total", system, cancellationToken);
        return (long)deleted;
    }

    private async Task StayUpAsync(DemoPrograms programs, CancellationToken cancellationToken)
    {
        var text = new StringBuilder().AppendLine().AppendLine(Addresses.Of(_components)).AppendLine();
        foreach (var bridge in programs.Bridges)
            text.AppendLine($"Bridge       {bridge.Url}  {bridge.Url}readyz  {bridge.Url}metrics");
        _screen.Write(text.AppendLine().Append("Every event that arrives is shown. Ctrl-C ends it.").ToString());
        _arrivals.ShowAll = true;
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
