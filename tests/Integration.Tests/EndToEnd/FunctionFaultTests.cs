using System.Text.Json.Nodes;
using Harness.Components;
using Harness.Faults;
using Answers = System.Collections.Concurrent.ConcurrentDictionary<string, (int Status, string Trace)>;

namespace Integration.Tests.EndToEnd;

/// <summary>
/// Functions under load while their queue answers a tenth of the calls with trouble, half of these after it took the message, or
/// takes nothing for so long that events are dropped.
/// </summary>
[Collection(RoadCollection.Name)]
public sealed class FunctionFaultTests(RoadComponents components, ITestOutputHelper output)
{
    private const int Invocations = 1_000;
    private const int AtOnce = 32;
    private const double Share = 0.1;

    // The second test's: the queue takes nothing of the 600 orders between, whose errors are several times as much as a buffer.
    private const int ClosedFrom = 200;
    private const int ClosedUntil = 800;
    private const int SmallBuffer = 64 * 1024;

    private const string Caller = "b7ad6b7169203331";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly string Small = Sample("order");
    private static readonly string Large = Sample("large-order");

    [Theory]
    [InlineData("azure")]
    [InlineData("sqs")]
    public async Task Of_a_thousand_concurrent_orders_every_event_arrives_in_its_callers_trace(string kind)
    {
        await using var road = await Road.LayAsync(components, output, keepBodies: true);
        var queue = road.Queues.Single(queue => queue.Kind == kind).Queue;
        await using var proxy = new QueueProxy(new Uri(queue.Url, "/"), kind is "azure", seed: 7) { Share = Share };
        await using var function = await OrderFunction.StartAsync(Through(queue, proxy.Port));
        await road.StartBridgeAsync();

        var answers = new Answers(StringComparer.Ordinal);
        await CreateAsync(function, answers, 1, Invocations);
        Assert.InRange(answers.Values.Count(answer => answer.Status == 201), Invocations * 9 / 10, Invocations);
        var lines = await function.StopAsync();
        var expected = Expected(answers);
        await Eventually.HoldsAsync(() => Others(road) >= expected.Values.Sum(), Patience, road.Describe);
        await road.UntilSettledAsync();

        Assert.True(proxy.Troubles > Invocations / 20, $"only {proxy.Troubles} calls got trouble");
        Assert.DoesNotContain(
            lines,
            line => line.Contains("dropped", StringComparison.Ordinal) || line.Contains("are lost", StringComparison.Ordinal));
        // Sent = arrived + dropped and reported, and nothing was dropped.
        Assert.Equal(expected.Values.Sum(), Others(road));
        var byTrace = Events(road).ToLookup(arrived => arrived.Headers.GetValueOrDefault("traceparent"), StringComparer.Ordinal);
        Assert.All(answers, answer => AssertWhole(byTrace[answer.Value.Trace], answer.Key, answer.Value, expected[answer.Key]));
        Assert.Empty(await road.DeadLetters.ReadAsync());
        road.Write($"{answers.Values.Count(answer => answer.Status == 201)} created, {proxy.Troubles} calls got trouble, {road.Ledger.All.Count} arrivals of {Events(road).Count} events");
    }

    [Theory]
    [InlineData("azure")]
    [InlineData("sqs")]
    public async Task Of_a_thousand_concurrent_orders_what_a_closed_queue_makes_drop_is_reported_to_the_last_event(string kind)
    {
        await using var road = await Road.LayAsync(components, output, keepBodies: true);
        var queue = road.Queues.Single(queue => queue.Kind == kind).Queue;
        await using var proxy = new QueueProxy(new Uri(queue.Url, "/"), kind is "azure", seed: 7) { Share = Share };
        await using var function = await OrderFunction.StartAsync(Through(queue, proxy.Port), SmallBuffer);
        await road.StartBridgeAsync();

        var answers = new Answers(StringComparer.Ordinal);
        await CreateAsync(function, answers, 1, ClosedFrom);
        proxy.IsClosed = true;
        await CreateAsync(function, answers, ClosedFrom + 1, ClosedUntil);
        proxy.IsClosed = false;
        await CreateAsync(function, answers, ClosedUntil + 1, Invocations);
        var lines = await function.StopAsync();
        var emitted = Expected(answers).Values.Sum();
        await Eventually.HoldsAsync(() => Others(road) - Reports(road).Count + Dropped(road) >= emitted, Patience, road.Describe);
        await road.UntilSettledAsync();

        Assert.DoesNotContain(lines, line => line.Contains("are lost", StringComparison.Ordinal));
        Assert.True(Dropped(road) > ClosedUntil - ClosedFrom, $"only {Dropped(road)} events were dropped");
        // Emitted = arrived + dropped and reported; the reports themselves are the client's own.
        Assert.Equal(emitted, Others(road) - Reports(road).Count + Dropped(road));
        var audited = Events(road).Where(IsAudit)
            .ToLookup(arrived => arrived.Headers["traceparent"].Split('-')[1], StringComparer.Ordinal);
        Assert.All(answers, answer => AssertAudited(answer.Value.Status, audited[answer.Key].Count()));
        Assert.All(
            Enumerable.Range(ClosedFrom + 1, ClosedUntil - ClosedFrom),
            number => Assert.Equal(503, answers[TraceId(number)].Status));
        Assert.Empty(await road.DeadLetters.ReadAsync());
        road.Write($"{emitted} events emitted, {Others(road) - Reports(road).Count} arrived, {Dropped(road)} dropped in {Reports(road).Count} reports");
    }

    // All events that the caller's request led to, found in RabbitMQ by nothing but the traceparent of the answer.
    private static void AssertWhole(
        IEnumerable<ArrivedEvent> arrived, string traceId, (int Status, string Trace) answer, int others)
    {
        Assert.StartsWith($"00-{traceId}-", answer.Trace, StringComparison.Ordinal);
        var events = arrived.Select(one => JsonNode.Parse(one.Text)!).ToList();
        var audited = events.Count(json => (string?)json["style"] is "audit");
        Assert.Equal(others, events.Count - audited);
        AssertAudited(answer.Status, audited);
        Assert.Equal(Caller, (string?)events.Single(json => (string?)json["style"] is "traces")["parentSpanId"]);
    }

    // Of an order that was refused the audit event may be stored, its answer being lost; of a created one it must be.
    private static void AssertAudited(int status, int audited) =>
        Assert.True(status is 201 ? audited == 1 : audited <= 1, $"{status} with {audited} audit events");

    private static async Task CreateAsync(OrderFunction function, Answers answers, int first, int last)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce };
        await Parallel.ForEachAsync(Enumerable.Range(first, last - first + 1), options, async (number, _) =>
        {
            var traceId = TraceId(number);
            answers[traceId] = await function.CreateAsync(IsLarge(traceId) ? Large : Small, $"00-{traceId}-{Caller}-01");
        });
        Assert.All(answers.Values, answer => Assert.True(answer.Status is 201 or 503, $"{answer.Status}"));
    }

    private static string TraceId(int number) => number.ToString("x32");

    private static Dictionary<string, int> Expected(Answers answers) =>
        answers.ToDictionary(answer => answer.Key, answer => Expected(answer.Value.Status, answer.Key), StringComparer.Ordinal);

    // Beside the audit event: log, two metrics and span, of a large order its snapshot; of one that could not be audited log and
    // span.
    private static int Expected(int status, string traceId) => status is 503 ? 2 : IsLarge(traceId) ? 5 : 4;

    private static bool IsLarge(string traceId) => traceId.EndsWith('0') && traceId[^2] is '0' or '8';

    private static int Others(Road road) => Events(road).Count(arrived => !IsAudit(arrived));

    private static bool IsAudit(ArrivedEvent arrived) => arrived.RoutingKey.StartsWith("audit.", StringComparison.Ordinal);

    private static List<JsonNode> Reports(Road road) =>
    [
        .. Events(road).Select(arrived => JsonNode.Parse(arrived.Text)!)
            .Where(json => (string?)json["message"] is "telemetry events were dropped"),
    ];

    private static int Dropped(Road road) => Reports(road).Sum(report => (int)report["attributes"]!["dropped"]!);

    // A message that the queue holds twice, because its sender did not learn that it was taken, has one identity.
    private static List<ArrivedEvent> Events(Road road) =>
        [.. road.Ledger.All.DistinctBy(arrived => arrived.MessageId, StringComparer.Ordinal)];

    private static BridgeQueue Through(BridgeQueue queue, int port) => queue with
    {
        Url = new UriBuilder(queue.Url) { Port = port }.Uri,
        Connection = queue.Connection?.Replace($":{queue.Url.Port}/", $":{port}/", StringComparison.Ordinal),
    };

    private static string Sample(string name) =>
        File.ReadAllText(Path.Combine(LocalFolders.Root, "functions", "samples", $"{name}.json"));
}
