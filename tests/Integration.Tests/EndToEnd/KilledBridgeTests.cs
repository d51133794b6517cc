using Harness.Faults;

namespace Integration.Tests.EndToEnd;

/// <summary>
/// SIGKILL in mid-flow. What was leased is seen again after the lease, and published again under the same message ids.
/// </summary>
[Collection(RoadCollection.Name)]
public sealed class KilledBridgeTests(RoadComponents components, ITestOutputHelper output)
{
    private const string ShortestLease = "00:00:10";

    [Fact]
    public async Task A_bridge_that_is_killed_again_and_again_loses_nothing()
    {
        const int Messages = 400;
        const int EventsInEach = 25;
        await using var road = await LayAsync();
        var bridge = await road.StartBridgeAsync();

        var sending = Task.WhenAll(road.Queues.Select((queue, seed) => PutSmallAsync(road, queue, seed, Messages, EventsInEach)));
        foreach (var share in (double[])[0.1, 0.4, 0.7])
        {
            await road.UntilArrivedAsync((int)(share * road.Queues.Length * Messages * EventsInEach));
            await bridge.KillAsync();
            bridge = await road.StartBridgeAsync();
        }

        await sending;
        await AssertNothingLostAsync(road);
    }

    [Fact]
    public async Task One_of_two_bridges_that_is_killed_with_large_events_in_flight_loses_nothing()
    {
        const int Events = 40;
        await using var road = await LayAsync();
        var victim = await road.StartBridgeAsync();
        await road.StartBridgeAsync();

        var sending = Task.WhenAll(road.Queues.Select((queue, seed) => PutLargeAsync(road, queue, seed, Events)));
        foreach (var share in (double[])[0.1, 0.5])
        {
            await road.UntilArrivedAsync((int)(share * road.Queues.Length * Events));
            await victim.KillAsync();
            victim = await road.StartBridgeAsync();
        }

        await sending;
        await AssertNothingLostAsync(road);
    }

    private async Task<Road> LayAsync()
    {
        var road = await Road.LayAsync(components, output);
        road.Settings = road.Settings.SetItem("Bridge__Receive__Lease", ShortestLease);
        return road;
    }

    // Few events a message, so that many messages are on their way when the bridge dies.
    private static async Task PutSmallAsync(Road road, RoadQueue queue, int seed, int messages, int eventsInEach)
    {
        var events = new GeneratedEvents(seed);
        var batches = new BatchWriter(queue.Limits);
        for (var message = 0; message < messages; message++)
        {
            var inThis = Enumerable.Range(0, eventsInEach).Select(_ => events.Small()).ToList();
            foreach (var (number, json) in inThis.Index())
                road.Ledger.Expect(json, $"{queue.Kind} message {message} event {number}");
            await queue.PutAsync(batches.Write(inThis));
        }
    }

    private static async Task PutLargeAsync(Road road, RoadQueue queue, int seed, int count)
    {
        var events = new GeneratedEvents(seed);
        var batches = new BatchWriter(queue.Limits);
        for (var number = 0; number < count; number++)
        {
            var json = events.Dump(200_000 + (number * 40_000));
            road.Ledger.Expect(json, $"{queue.Kind} {number} ({json.Length} B)");
            await queue.PutAsync(batches.Write(json));
        }
    }

    private static async Task AssertNothingLostAsync(Road road)
    {
        await road.UntilAllArrivedAsync();
        await road.UntilSettledAsync();
        Assert.True(road.Ledger is { Renamed: 0, Foreign.Count: 0 }, road.Describe());
        Assert.Empty(await road.DeadLetters.ReadAsync());
        road.Write($"{road.Ledger.Expected:N0} events sent, 0 lost, {road.Ledger.Duplicates:N0} duplicates, each with its first message id");
    }
}
