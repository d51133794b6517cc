using System.Text;
using Harness.Components;
using Harness.Faults;

namespace Integration.Tests.EndToEnd;

/// <summary>
/// What the broker takes neither into the exchange nor, as it is, into a queue of the bridge's own: the rest of its batch is
/// published once, and it is kept in parts, or waits alone until there is room.
/// </summary>
[Collection(RoadCollection.Name)]
public sealed class BrokerMessageLimitTests(RoadComponents components, ITestOutputHelper output)
{
    private const int Limit = 100_000;
    private const int Default = 128 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_is_over_the_brokers_limit_is_kept_alone_in_parts_and_published_once_the_limit_is_raised()
    {
        await using var road = await Road.LayAsync(components, output);
        await LimitAsync(Limit);
        try
        {
            var bridge = await road.StartBridgeAsync();
            await PutEachKindAsync(road);
            await road.UntilSettledAsync();

            // Closed once, the broker's limit is known; what was unanswered then may have been published.
            var arrived = road.Ledger.Arrived;
            Assert.True(arrived >= 10 && road.Ledger.MostArrivals <= 3, road.Describe());
            Assert.True(await bridge.IsReadyAsync(), road.Describe());
            var list = (await road.RunAsync("dead", "list")).EnsureSuccess("bridge dead list").Output;
            Assert.Contains("100,000", list, StringComparison.Ordinal);
            Assert.DoesNotContain("INCOMPLETE", list, StringComparison.Ordinal);
            await bridge.TerminateAsync();
        }
        finally
        {
            await LimitAsync(Default);
        }

        await road.StartBridgeAsync();
        (await road.RunAsync("dead", "replay")).EnsureSuccess("bridge dead replay");
        await road.UntilAllArrivedAsync();
        await road.UntilSettledAsync();
        Assert.Empty(road.Ledger.Foreign);

        // The text that is no message is refused anew, now whole.
        var unreadable = Assert.Single(await road.DeadLetters.UntilAsync(1, Patience, road.Describe));
        Assert.Equal(Unreadable, unreadable.Body);
    }

    [Fact]
    public async Task While_the_dead_letter_queue_is_full_a_bad_event_waits_alone_and_is_named()
    {
        await using var road = await Road.LayAsync(components, output);
        var bridge = await road.StartBridgeAsync();
        await components.RabbitMq.ControlAsync(
            [
                "set_policy", "-p", road.Broker.Segments[^1], "full", "^telemetry\\.dead$",
                """{"max-length":1,"overflow":"reject-publish"}""", "--apply-to", "queues",
            ]);

        // How many are too many, the broker decides.
        var letters = 0;
        while (await road.MetricAsync("bridge_stuck") == 0)
        {
            await road.Azure.PutAsync($"no message {++letters}");
            await Eventually.HoldsAsync(
                async () =>
                    await road.MetricAsync("bridge_dead_letters_total") + await road.MetricAsync("bridge_stuck") == letters,
                Patience,
                () => Task.FromResult(road.Describe()));
        }

        foreach (var queue in road.Queues)
        {
            byte[][] good =
            [
                .. Enumerable.Range(0, 3).Select(number =>
                    Encoding.UTF8.GetBytes($$"""{"style":"logs","queue":"{{queue.Kind}}","number":{{number}}}""")),
            ];
            foreach (var json in good)
                road.Ledger.Expect(json, "good");
            await queue.PutAsync(new BatchWriter(queue.Limits).Write(good[0], """{"number":2,"""u8.ToArray(), good[1], good[2]));
        }

        await road.UntilAllArrivedAsync();
        await Eventually.HoldsAsync(
            async () => await road.MetricAsync("bridge_stuck") == 3, Patience, () => Task.FromResult(road.Describe()));
        Assert.Contains("telemetry.dead", await ReadyAsync(bridge), StringComparison.Ordinal);

        // Others pass it by.
        await road.SendSmallAndChunkedAsync(seed: 7);
        await road.UntilAllArrivedAsync();
        await components.RabbitMq.ControlAsync(["clear_policy", "-p", road.Broker.Segments[^1], "full"]);
        await road.UntilSettledAsync();
        Assert.Equal("ok\n", await ReadyAsync(bridge));
        Assert.Equal(letters + 2, (await road.DeadLetters.ReadAsync()).Count);
        Assert.True(road.Ledger is { Duplicates: 0, Foreign.Count: 0 }, road.Describe());
    }

    private static byte[] Unreadable { get; } = [.. Enumerable.Repeat((byte)'!', 150_000)];

    // An event among small ones, one that needs chunks, a plain one, chunks that are too large themselves, and a text that is
    // nothing.
    private static async Task PutEachKindAsync(Road road)
    {
        var events = new GeneratedEvents(seed: 6);
        foreach (var queue in road.Queues)
        {
            var large = events.Padded(160_000);
            byte[][] batch = [events.Small(), events.Small(), large, events.Small(), events.Small(), events.Small()];
            var chunked = events.Dump(queue.Kind is "azure" ? 160_000 : 700_000);
            foreach (var json in batch.Append(chunked))
                road.Ledger.Expect(json, $"{queue.Kind} {json.Length}");
            await queue.PutAsync(new BatchWriter(queue.Limits).Write(batch));
            await queue.PutAsync(new BatchWriter(queue.Limits).Write(chunked));
        }

        var plain = events.Padded(150_000);
        road.Ledger.Expect(plain, "plain");
        await road.Sqs.PutAsync(plain);
        await road.Sqs.PutAsync(Unreadable);
    }

    private static async Task<string> ReadyAsync(BridgeProcess bridge)
    {
        using var http = Loopback.NewHttpClient();
        using var answer = await http.GetAsync(new Uri(bridge.Url, "/readyz"));
        return await answer.Content.ReadAsStringAsync();
    }

    private Task LimitAsync(int bytes) =>
        components.RabbitMq.EvaluateAsync($"application:set_env(rabbit, max_message_size, {bytes}).");
}
