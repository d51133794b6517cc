using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Local.Components;
using Local.Faults;
using Xunit.Abstractions;

namespace Integration.Tests.EndToEnd;

/// <summary>Functions under load while their queue answers a tenth of the calls with trouble, half of these after it took the message.</summary>
[Collection(RoadCollection.Name)]
public sealed class FunctionFaultTests(RoadComponents components, ITestOutputHelper output)
{
    private const int Invocations = 1_000;
    private const int AtOnce = 32;
    private const double Share = 0.1;
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

        var answers = await CreateAsync(function);
        var lines = await function.StopAsync();
        var expected = answers.ToDictionary(answer => answer.Key, answer => Expected(answer.Value.Status, answer.Key), StringComparer.Ordinal);
        await Eventually.HoldsAsync(() => Others(road) >= expected.Values.Sum(), Patience, road.Describe);
        await road.UntilSettledAsync();

        Assert.True(proxy.Troubles > Invocations / 20, $"only {proxy.Troubles} calls got trouble");
        Assert.DoesNotContain(lines, line => line.Contains("dropped", StringComparison.Ordinal) || line.Contains("are lost", StringComparison.Ordinal));
        // Sent = arrived + dropped and reported, and nothing was dropped.
        Assert.Equal(expected.Values.Sum(), Others(road));
        var byTrace = Events(road).ToLookup(arrived => arrived.Headers.GetValueOrDefault("traceparent"), StringComparer.Ordinal);
        Assert.All(answers, answer => AssertWhole(byTrace[answer.Value.Trace], answer.Key, answer.Value, expected[answer.Key]));
        Assert.Empty(await road.DeadLetters.ReadAsync());
        road.Write($"{answers.Values.Count(answer => answer.Status == 201)} created, {proxy.Troubles} calls got trouble, {road.Ledger.All.Count} arrivals of {Events(road).Count} events");
    }

    // All events that the caller's request led to, found in RabbitMQ by nothing but the traceparent of the answer.
    private static void AssertWhole(IEnumerable<ArrivedEvent> arrived, string traceId, (int Status, string Trace) answer, int others)
    {
        Assert.StartsWith($"00-{traceId}-", answer.Trace, StringComparison.Ordinal);
        var events = arrived.Select(one => JsonNode.Parse(one.Text)!).ToList();
        var audited = events.Count(json => (string?)json["style"] is "audit");
        Assert.Equal(others, events.Count - audited);
        // Of an order that was refused the audit event may be stored, its answer being lost; of a created one it must be.
        Assert.True(answer.Status is 201 ? audited == 1 : audited <= 1, $"{answer.Status} with {audited} audit events");
        Assert.Equal(Caller, (string?)events.Single(json => (string?)json["style"] is "span")["parentSpanId"]);
    }

    private static async Task<ConcurrentDictionary<string, (int Status, string Trace)>> CreateAsync(OrderFunction function)
    {
        var answers = new ConcurrentDictionary<string, (int Status, string Trace)>(StringComparer.Ordinal);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce };
        await Parallel.ForEachAsync(Enumerable.Range(1, Invocations), options, async (number, _) =>
        {
            var traceId = number.ToString("x32");
            answers[traceId] = await function.CreateAsync(IsLarge(traceId) ? Large : Small, $"00-{traceId}-{Caller}-01");
        });
        Assert.All(answers.Values, answer => Assert.True(answer.Status is 201 or 503, $"{answer.Status}"));
        Assert.InRange(answers.Values.Count(answer => answer.Status == 201), Invocations * 9 / 10, Invocations);
        return answers;
    }

    // Beside the audit event: log, two metrics and span, of a large order its snapshot; of one that could not be audited log and span.
    private static int Expected(int status, string traceId) => status is 503 ? 2 : IsLarge(traceId) ? 5 : 4;

    private static bool IsLarge(string traceId) => traceId.EndsWith('0') && traceId[^2] is '0' or '8';

    private static int Others(Road road) => Events(road).Count(arrived => !arrived.RoutingKey.StartsWith("audit.", StringComparison.Ordinal));

    // A message that the queue holds twice, because its sender did not learn that it was taken, has one identity.
    private static List<ArrivedEvent> Events(Road road) => [.. road.Ledger.All.DistinctBy(arrived => arrived.MessageId, StringComparer.Ordinal)];

    private static BridgeQueue Through(BridgeQueue queue, int port) => queue with
    {
        Url = new UriBuilder(queue.Url) { Port = port }.Uri,
        Connection = queue.Connection?.Replace($":{queue.Url.Port}/", $":{port}/", StringComparison.Ordinal),
    };

    private static string Sample(string name) => File.ReadAllText(Path.Combine(LocalFolders.Root, "functions", "samples", $"{name}.json"));
}
