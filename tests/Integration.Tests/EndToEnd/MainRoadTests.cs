using Harness.Faults;

namespace Integration.Tests.EndToEnd;

[Collection(RoadCollection.Name)]
public sealed class MainRoadTests(RoadComponents components, ITestOutputHelper output)
{
    private const int SmallEvents = 50_000;
    private const int LargeThroughAzure = 50;
    private const int LargeThroughSqs = 150;

    [Fact]
    public async Task A_hundred_thousand_events_and_two_hundred_large_ones_arrive_through_both_clouds_once_and_unchanged()
    {
        await using var road = await Road.LayAsync(components, output);
        using var azure = Generate(road, road.Azure, seed: 1, LargeThroughAzure);
        using var sqs = Generate(road, road.Sqs, seed: 2, LargeThroughSqs);
        await Task.WhenAll(road.StartBridgeAsync(), road.StartBridgeAsync());

        var began = TimeProvider.System.GetTimestamp();
        var sent = await Task.WhenAll(road.Azure.SendAsync(azure), road.Sqs.SendAsync(sqs));
        var sentAfter = TimeProvider.System.GetElapsedTime(began);
        await road.UntilAllArrivedAsync();
        var arrivedAfter = TimeProvider.System.GetElapsedTime(began);
        await road.UntilAllArrivedOnceAsync();

        Assert.Equal([SmallEvents + LargeThroughAzure, SmallEvents + LargeThroughSqs], sent.Select(result => result.Events));
        var shared = await road.MetricAsync("bridge_batches_assembled_total", "receivers=\"2\"");
        Assert.True(shared > 0, $"no batch had chunks received by both bridges: {road.Describe()}");
        road.Write(Table(road, sent));
        road.Write($"sent after {sentAfter.TotalSeconds:0.0} s, arrived after {arrivedAfter.TotalSeconds:0.0} s; {shared} batches received by both bridges");
    }

    [Fact]
    public async Task An_event_of_12_MiB_that_does_not_compress_arrives_whole_through_an_Azure_queue()
    {
        await using var road = await Road.LayAsync(components, output);
        var json = new GeneratedEvents(seed: 3).Dump(12 * 1024 * 1024);
        road.Ledger.Expect(json, "12 MiB");
        using var file = EventFile.Write([json]);
        await Task.WhenAll(road.StartBridgeAsync(), road.StartBridgeAsync());

        var sent = await road.Azure.SendAsync(file);
        await road.UntilAllArrivedOnceAsync();

        // 12 MiB of Base64 hold 9 MiB; a message takes 49,116 bytes of them.
        Assert.InRange(sent.Messages, 190, 200);
        road.Write($"{sent.Messages} messages");
    }

    private static EventFile Generate(Road road, RoadQueue queue, int seed, int large)
    {
        var events = new GeneratedEvents(seed);
        return EventFile.Write(Enumerable.Range(0, SmallEvents + large).Select(number =>
        {
            // The large ones lie evenly among the small ones.
            var isLarge = (long)(number + 1) * large / (SmallEvents + large) != (long)number * large / (SmallEvents + large);
            var json = isLarge ? events.LargeOfSomeSize() : events.Small();
            road.Ledger.Expect(json, $"{queue.Kind} {number} ({json.Length} B)", queue.Kind);
            return json;
        }));
    }

    private static string Table(Road road, SendResult[] sent)
    {
        var rows = road.Queues.Zip(sent, (queue, result) =>
        {
            var (expected, arrived, duplicates) = road.Ledger.FiguresOf(queue.Kind);
            return $"{queue.Kind,-6} {expected,12:N0} {result.Messages,15:N0} {arrived,16:N0} {expected - arrived,6:N0} {duplicates,11:N0}";
        });
        return string.Join(
            Environment.NewLine, rows.Prepend("queue   events sent  queue messages  events received   lost  duplicates"));
    }
}
