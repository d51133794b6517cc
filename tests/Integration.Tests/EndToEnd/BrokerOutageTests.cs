using Harness.Faults;

namespace Integration.Tests.EndToEnd;

/// <summary>The broker is away: the cloud queues are the buffer.</summary>
[Collection(RoadCollection.Name)]
public sealed class BrokerOutageTests(RoadComponents components, ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_bridge_that_starts_before_the_broker_says_so_and_is_ready_when_it_comes()
    {
        await using var road = await Road.LayAsync(components, output);
        var events = new GeneratedEvents(seed: 6);
        var json = events.Dump(300_000);
        road.Ledger.Expect(json, "sent while the broker was down");
        await components.RabbitMq.KillAsync();
        try
        {
            await road.Azure.PutAsync(new BatchWriter(road.Azure.Limits).Write(json));
            var bridge = await road.StartBridgeAsync(waitUntilReady: false);
            var line = await bridge.Process.WaitForLineAsync(
                line => line.Contains("Waiting before the start", StringComparison.Ordinal), Patience);
            Assert.Contains($":{components.RabbitMq.Port}", line, StringComparison.Ordinal);
            Assert.False(await bridge.IsReadyAsync());
            Assert.False(bridge.Process.HasExited);
            Assert.True(await road.Azure.DepthAsync() > 0);
        }
        finally
        {
            await components.RabbitMq.StartAgainAsync();
        }

        await road.Bridges[0].WaitUntilReadyAsync(Patience);
        await road.UntilAllArrivedOnceAsync();
    }

    [Fact]
    public async Task A_broker_that_is_killed_and_started_again_in_mid_flow_loses_nothing()
    {
        const int Messages = 300;
        await using var road = await Road.LayAsync(components, output);
        await Task.WhenAll(road.StartBridgeAsync(), road.StartBridgeAsync());

        var sending = Task.WhenAll(road.Queues.Select((queue, seed) => PutAsync(road, queue, seed, Messages)));
        foreach (var share in (double[])[0.2, 0.6])
        {
            await road.UntilArrivedAsync((int)(share * road.Queues.Length * Messages));
            await components.RabbitMq.KillAsync();
            await components.RabbitMq.StartAgainAsync();
        }

        await sending;
        await road.UntilAllArrivedAsync();
        await road.UntilSettledAsync();
        Assert.True(road.Ledger is { Renamed: 0, Foreign.Count: 0 }, road.Describe());
        Assert.Empty(await road.DeadLetters.ReadAsync());
        road.Write($"{road.Ledger.Expected:N0} events sent, 0 lost, {road.Ledger.Duplicates:N0} duplicates, each with its first message id");
    }

    // Every tenth event is in chunks.
    private static async Task PutAsync(Road road, RoadQueue queue, int seed, int messages)
    {
        var events = new GeneratedEvents(seed);
        var batches = new BatchWriter(queue.Limits);
        for (var number = 0; number < messages; number++)
        {
            var json = number % 10 == 0 ? events.Dump(500_000) : events.Small();
            road.Ledger.Expect(json, $"{queue.Kind} {number} ({json.Length} B)");
            await queue.PutAsync(batches.Write(json));
        }
    }
}
