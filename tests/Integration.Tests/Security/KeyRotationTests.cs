using System.Security.Cryptography;
using Harness.Faults;
using Integration.Tests.EndToEnd;
using Telemetry.Wire;

namespace Integration.Tests.Security;

[Collection(RoadCollection.Name)]
public sealed class KeyRotationTests(RoadComponents components, ITestOutputHelper output)
{
    private const int EventsPerBatch = 20;

    private const int MostUnderWay = 400;

    private readonly string _firstSecret = NewSecret();
    private readonly string _secondSecret = NewSecret();
    private int _batches;
    private volatile MasterKey? _current;

    [Fact]
    public async Task Keys_are_exchanged_while_events_flow_and_none_becomes_unreadable()
    {
        await using var road = await Road.LayAsync(components, output);
        var (first, second) = (MasterKey.Parse("2026-1", _firstSecret), MasterKey.Parse("2026-2", _secondSecret));

        // A message that goes to the last long poll of a bridge that was ended comes back after its lease.
        road.Settings = road.Settings.SetItem("Bridge__Receive__Lease", "00:00:10").SetItem(Setting(first), _firstSecret);
        _current = first;
        await Task.WhenAll(road.StartBridgeAsync(), road.StartBridgeAsync());

        using var stop = new CancellationTokenSource();
        var senders = Task.WhenAll(SendAsync(road, road.Azure, 31, stop.Token), SendAsync(road, road.Sqs, 32, stop.Token));
        await UntilMoreBatchesAsync(road, senders);

        // Readers get the new key first, one after the other; then the writers.
        road.Settings = road.Settings.SetItem(Setting(second), _secondSecret);
        await ReplaceBridgesAsync(road);
        await UntilMoreBatchesAsync(road, senders);
        var withFirst = _batches;
        _current = second;
        await UntilMoreBatchesAsync(road, senders);
        await stop.CancelAsync();
        await senders;

        // What the old key sealed is out of the queues: it may go.
        await road.UntilAllArrivedAsync();
        await road.UntilSettledAsync();
        road.Settings = road.Settings.Remove(Setting(first));
        await ReplaceBridgesAsync(road);
        await SendBatchAsync(road, road.Azure, new GeneratedEvents(33), new BatchWriter(road.Azure.Limits, second));
        await SendBatchAsync(road, road.Sqs, new GeneratedEvents(34), new BatchWriter(road.Sqs.Limits, second));

        await road.UntilAllArrivedOnceAsync();
        road.Write($"{road.Ledger.Expected:N0} events in {_batches} batches, {withFirst} of them before the writers changed: {road.Ledger.Describe()}");

        // The old key is really gone.
        await road.Azure.PutAsync(new BatchWriter(road.Azure.Limits, first).Write("""{"style":"logs"}"""u8.ToArray()));
        var dead = Assert.Single(await road.DeadLetters.UntilAsync(1, TimeSpan.FromSeconds(30), road.Describe));
        Assert.Equal("undecryptable", dead.Reason);
    }

    private static string NewSecret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(MasterKey.Size));

    private static string Setting(MasterKey key) => $"Bridge__Keys__{key.Version}";

    private static async Task ReplaceBridgesAsync(Road road)
    {
        foreach (var bridge in road.Bridges.Where(bridge => !bridge.Process.HasExited).ToList())
        {
            await road.StartBridgeAsync();
            Assert.Equal(0, await bridge.TerminateAsync());
        }
    }

    private async Task UntilMoreBatchesAsync(Road road, Task senders)
    {
        var enough = Volatile.Read(ref _batches) + 10;
        await Eventually.HoldsAsync(
            () => Volatile.Read(ref _batches) >= enough || senders.IsFaulted, TimeSpan.FromSeconds(60), road.Describe);
        if (senders.IsFaulted)
            await senders;
    }

    // A sender that is started anew with another key is another sender.
    private async Task SendAsync(Road road, RoadQueue queue, int seed, CancellationToken stop)
    {
        var events = new GeneratedEvents(seed);
        while (!stop.IsCancellationRequested)
        {
            var key = _current;
            var writer = new BatchWriter(queue.Limits, key);
            while (_current == key && !stop.IsCancellationRequested)
            {
                await Eventually.HoldsAsync(() => road.Ledger.Missing < MostUnderWay, TimeSpan.FromSeconds(60), road.Describe);
                await SendBatchAsync(road, queue, events, writer);
            }
        }
    }

    private async Task SendBatchAsync(Road road, RoadQueue queue, GeneratedEvents events, BatchWriter writer)
    {
        var number = Interlocked.Increment(ref _batches);

        // Every fifth batch is one event of several chunks.
        List<byte[]> batch = number % 5 == 0
            ? [events.Dump(300_000)]
            : [.. Enumerable.Range(0, EventsPerBatch).Select(_ => events.Small())];
        foreach (var json in batch)
            road.Ledger.Expect(json, $"{queue.Kind} batch {number}");
        await queue.PutAsync(writer.Write(batch));
    }
}
