using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Functions.Tests.Support;
using Harness.Components;
using Harness.Functions;
using Harness.Functions.Protocol;

namespace Functions.Tests.Azure;

/// <summary>What a caller and the Functions host see of CreateOrder.</summary>
[Collection(WorkerCollection.Name)]
public sealed class HttpTriggerTests(PublishedWorker worker, SharedAzurite azurite)
{
    // What a cold start on a busy machine may add to a time that is bounded by a budget.
    private static readonly TimeSpan Little = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task An_orders_telemetry_is_in_the_queue_when_its_invocation_ends_with_the_callers_trace_and_the_requests_id()
    {
        await using var queue = await EmulatedQueue.CreateAsync(azurite.Server);
        await using var host = await worker.StartAsync(queue.SenderEnvironment);

        using var call = await PostAsync(host, SomeOrder.Small, Traces.Parent);
        var invocation = await call.Invocation;
        var events = DecodedEvent.Decode(await queue.TakeAsync());

        Assert.Equal(HttpStatusCode.Created, call.Response.StatusCode);
        Assert.Equal("application/json", call.Response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(19.25m,
            JsonDocument.Parse(await call.Response.Content.ReadAsStringAsync()).RootElement.GetProperty("total").GetDecimal());
        Assert.Contains(Traces.Id, Assert.Single(call.Response.Headers.GetValues("traceresponse")), StringComparison.Ordinal);
        Assert.Equal(StatusResult.Types.Status.Success, invocation.Result.Status);
        Assert.Equal(
            "audit order.created, logs order created, metrics orders.created, metrics orders.create.duration,"
                + " traces create-order",
            DecodedEvent.Summary(events.OrderBy(sent => sent.Style is not "audit")));
        Assert.All(events, sent => Assert.Equal(("orders", call.Id), (sent["service"], sent["requestId"])));
        Assert.All(events, sent => Assert.Contains(Traces.Id, sent.TraceParent, StringComparison.Ordinal));
        Assert.Equal(Traces.Span, events.Single(sent => sent.Style is "traces")["parentSpanId"]);
    }

    [Fact]
    public async Task Concurrent_orders_each_leave_all_their_telemetry_under_their_own_name()
    {
        await using var queue = await EmulatedQueue.CreateAsync(azurite.Server);
        await using var host = await worker.StartAsync(queue.SenderEnvironment);

        var calls = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => PostAsync(host, SomeOrder.Small)));
        await Task.WhenAll(calls.Select(call => call.Invocation));
        var events = DecodedEvent.Decode(await queue.TakeAsync()).ToLookup(sent => sent["requestId"], StringComparer.Ordinal);

        Assert.All(calls, call => Assert.Equal(HttpStatusCode.Created, call.Response.StatusCode));
        Assert.Equal(40, events.Count);
        Assert.All(calls, call => Assert.Equal(5, events[call.Id].Count()));
    }

    [Fact]
    public async Task A_large_orders_snapshot_leaves_in_several_messages_and_arrives_byte_for_byte()
    {
        await using var queue = await EmulatedQueue.CreateAsync(azurite.Server);
        await using var host = await worker.StartAsync(queue.SenderEnvironment);
        var lines = SomeOrder.LinesOf(12_000);

        using var call = await PostAsync(host, SomeOrder.Of(lines));
        await call.Invocation;
        var messages = await queue.TakeAsync();

        Assert.Equal(HttpStatusCode.Created, call.Response.StatusCode);
        Assert.All(messages, message => Assert.InRange(message.Length, 1, 65_536));
        Assert.InRange(messages.Count, 7, 20);
        var snapshot = DecodedEvent.Decode(messages).Single(sent => sent.Subject is "order.snapshot");
        Assert.Contains($"\"lines\":{lines}}},\"traceparent\"", snapshot.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_input_is_answered_with_its_reason_and_reported()
    {
        await using var queue = await EmulatedQueue.CreateAsync(azurite.Server);
        await using var host = await worker.StartAsync(queue.SenderEnvironment);

        using var call = await PostAsync(host, """{"customer":"Ada","lines":[]}""");
        await call.Invocation;

        Assert.Equal(HttpStatusCode.BadRequest, call.Response.StatusCode);
        Assert.Equal(
            """{"error":"lines is missing or empty: an order has at least one line"}""",
            await call.Response.Content.ReadAsStringAsync());
        Assert.Contains(
            "logs order refused", DecodedEvent.Summary(DecodedEvent.Decode(await queue.TakeAsync())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queue_that_does_not_answer_costs_the_caller_nothing_and_the_invocation_its_budget_once()
    {
        await using var frozen = await AzuriteServer.StartAsync();
        await using var queue = await EmulatedQueue.CreateAsync(frozen);
        await using var host = await worker.StartAsync(queue.SenderEnvironment, flushBudget: "10000");
        frozen.Freeze();

        var watch = Stopwatch.StartNew();
        using var first = await PostAsync(host, "{}");
        var answered = watch.Elapsed;
        Assert.False(first.Invocation.IsCompleted);
        await first.Invocation;
        var ended = watch.Elapsed;
        using var second = await PostAsync(host, "{}");
        await second.Invocation;

        Assert.Equal(
            (HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (first.Response.StatusCode, second.Response.StatusCode));
        Assert.InRange(answered, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.InRange(ended, TimeSpan.FromSeconds(9.5), TimeSpan.FromSeconds(10) + Little);
        Assert.InRange(watch.Elapsed - ended, TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
        frozen.Thaw();
    }

    [Fact]
    public async Task An_order_that_cannot_be_audited_is_refused_so_that_the_caller_repeats_it()
    {
        await using var host = await worker.StartAsync(Unreachable(), flushBudget: "250");

        using var call = await PostAsync(host, SomeOrder.Small);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, call.Response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), call.Response.Headers.RetryAfter?.Delta);
        Assert.Equal(StatusResult.Types.Status.Success, (await call.Invocation).Result.Status);
    }

    private static Task<HttpCall> PostAsync(FunctionsHost host, string order, string traceParent = "") =>
        host.PostAsync("CreateOrder", "api/orders", order, traceParent);

    private static ImmutableDictionary<string, string> Unreachable() => ImmutableDictionary<string, string>.Empty
        .SetItem("TELEMETRY_QUEUE", $"http://127.0.0.1:{FreePort.Next()}/devstoreaccount1/nobody")
        .SetItem("TELEMETRY_QUEUE_KIND", "azure")
        .SetItem("TELEMETRY_QUEUE_CONNECTION", "AccountName=devstoreaccount1;AccountKey=bm8gc2VjcmV0");
}
