using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Functions.Tests.Support;
using Local.Components;

namespace Functions.Tests.Azure;

/// <summary>What the Functions host and a caller see of the built executable.</summary>
public sealed class HandlerContractTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    // What a cold start on a busy machine may add to a time that is bounded by a budget.
    private static readonly TimeSpan Little = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task An_orders_telemetry_is_in_the_queue_before_its_response_arrives()
    {
        await using var queue = await CloudQueue.CreateAsync(azurite.Server);
        await using var handler = await HandlerProcess.StartAsync(WithAmpleBudget(queue.SenderEnvironment));

        using var response = await handler.PostOrderAsync(SomeOrder.Small);
        var events = SentEvent.Decode(await queue.TakeAsync());

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(19.25m, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("total").GetDecimal());
        Assert.Equal(
            "audit order.created, logs order created, metrics orders.created, metrics orders.create.duration, traces create-order",
            SentEvent.Summary(events.OrderBy(sent => sent.Style is not "audit")));
        Assert.All(events, sent => Assert.Equal("orders", sent["service"]));
        Assert.All(events, sent => Assert.Contains(Traces.Id, sent.TraceParent, StringComparison.Ordinal));
        Assert.Equal(Traces.Span, events.Single(sent => sent.Style is "traces")["parentSpanId"]);
    }

    [Fact]
    public async Task Concurrent_orders_each_leave_all_their_telemetry()
    {
        await using var queue = await CloudQueue.CreateAsync(azurite.Server);
        await using var handler = await HandlerProcess.StartAsync(WithAmpleBudget(queue.SenderEnvironment));

        var responses = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => handler.PostOrderAsync(SomeOrder.Small)));
        var events = SentEvent.Decode(await queue.TakeAsync());

        Assert.All(responses, response => Assert.Equal(HttpStatusCode.Created, response.StatusCode));
        Assert.Equal(40 * 5, events.Count);
        Assert.Equal(40, events.Count(sent => sent.Style is "traces"));
    }

    [Fact]
    public async Task A_large_orders_snapshot_leaves_in_several_messages_and_arrives_byte_for_byte()
    {
        await using var queue = await CloudQueue.CreateAsync(azurite.Server);
        await using var handler = await HandlerProcess.StartAsync(WithAmpleBudget(queue.SenderEnvironment));
        var lines = SomeOrder.LinesOf(12_000);

        using var response = await handler.PostOrderAsync(SomeOrder.Of(lines));
        var messages = await queue.TakeAsync();

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.All(messages, message => Assert.InRange(message.Length, 1, 65_536));
        Assert.InRange(messages.Count, 7, 20);
        var snapshot = SentEvent.Decode(messages).Single(sent => sent.Subject is "order.snapshot");
        Assert.Contains($"\"lines\":{lines}}},\"traceparent\"", snapshot.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_input_is_answered_with_its_reason_and_told_too()
    {
        await using var queue = await CloudQueue.CreateAsync(azurite.Server);
        await using var handler = await HandlerProcess.StartAsync(WithAmpleBudget(queue.SenderEnvironment));

        using var response = await handler.PostOrderAsync("""{"customer":"Ada","lines":[]}""");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("""{"error":"lines is missing or empty: an order has at least one line"}""", await response.Content.ReadAsStringAsync());
        Assert.Contains("logs order refused", SentEvent.Summary(SentEvent.Decode(await queue.TakeAsync())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_start_poll_is_answered_and_what_is_no_function_is_not_found()
    {
        await using var handler = await HandlerProcess.StartAsync(ImmutableDictionary<string, string>.Empty);

        using var poll = await handler.GetAsync("");
        using var unknown = await handler.GetAsync("api/unknown");
        using var wrongMethod = await handler.GetAsync("api/orders");

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed),
            (poll.StatusCode, unknown.StatusCode, wrongMethod.StatusCode));
    }

    [Fact]
    public async Task A_queue_that_nobody_listens_for_costs_no_more_than_the_budget_and_no_error()
    {
        await using var handler = await HandlerProcess.StartAsync(Unreachable("250"));

        var watch = Stopwatch.StartNew();
        using var response = await handler.PostOrderAsync("{}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromMilliseconds(250) + Little);
    }

    [Fact]
    public async Task A_queue_that_does_not_answer_costs_no_more_than_the_budget_and_no_error()
    {
        await using var frozen = await AzuriteServer.StartAsync();
        await using var queue = await CloudQueue.CreateAsync(frozen);
        await using var handler = await HandlerProcess.StartAsync(queue.SenderEnvironment.SetItem("TELEMETRY_FLUSH_BUDGET_MS", "250"));
        frozen.Freeze();

        var watch = Stopwatch.StartNew();
        using var response = await handler.PostOrderAsync("{}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(250) + Little);
        frozen.Thaw();
    }

    [Fact]
    public async Task A_dead_queue_costs_its_budget_once_and_not_with_every_invocation()
    {
        await using var frozen = await AzuriteServer.StartAsync();
        await using var queue = await CloudQueue.CreateAsync(frozen);
        await using var handler = await HandlerProcess.StartAsync(queue.SenderEnvironment.SetItem("TELEMETRY_FLUSH_BUDGET_MS", "3000"));
        frozen.Freeze();

        var watch = Stopwatch.StartNew();
        using var first = await handler.PostOrderAsync("{}");
        var firstTook = watch.Elapsed;
        using var second = await handler.PostOrderAsync("{}");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (first.StatusCode, second.StatusCode));
        Assert.InRange(firstTook, TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(3) + Little);
        Assert.InRange(watch.Elapsed - firstTook, TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
        frozen.Thaw();
    }

    [Fact]
    public async Task An_order_that_cannot_be_audited_is_refused_so_that_the_caller_repeats_it()
    {
        await using var handler = await HandlerProcess.StartAsync(Unreachable("250"));

        using var response = await handler.PostOrderAsync(SomeOrder.Small);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task The_clouds_client_is_not_loaded_before_something_is_sent()
    {
        await using var queue = await CloudQueue.CreateAsync(azurite.Server);
        await using var handler = await HandlerProcess.StartAsync(WithAmpleBudget(queue.SenderEnvironment));
        Assert.DoesNotContain("Telemetry.Azure.dll", await MapsAsync(handler), StringComparison.Ordinal);

        using var response = await handler.PostOrderAsync("{}");

        Assert.Contains("Telemetry.Azure.dll", await MapsAsync(handler), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_port_the_handler_says_who_sets_it()
    {
        var result = await ChildCommand.RunAsync(new ChildProcessStart(BuiltProgram.Path("functions/Azure", "handler")));

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("FUNCTIONS_CUSTOMHANDLER_PORT is ''", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Told_to_stop_the_handler_ends()
    {
        await using var handler = await HandlerProcess.StartAsync(ImmutableDictionary<string, string>.Empty);

        Assert.Equal(0, await handler.Process.TerminateAsync());
    }

    private static Task<string> MapsAsync(HandlerProcess handler) => File.ReadAllTextAsync($"/proc/{handler.Process.Id}/maps");

    // The first send of a process builds its client: on a busy machine that takes more than the usual budget.
    private static ImmutableDictionary<string, string> WithAmpleBudget(ImmutableDictionary<string, string> environment) =>
        environment.SetItem("TELEMETRY_FLUSH_BUDGET_MS", "20000");

    private static ImmutableDictionary<string, string> Unreachable(string budget)
    {
        var url = $"http://127.0.0.1:{FreePort.Next()}/devstoreaccount1/nobody";
        return ImmutableDictionary<string, string>.Empty
            .SetItem("TELEMETRY_QUEUE", url)
            .SetItem("TELEMETRY_QUEUE_KIND", "azure")
            .SetItem("TELEMETRY_QUEUE_CONNECTION", "AccountName=devstoreaccount1;AccountKey=bm8gc2VjcmV0")
            .SetItem("TELEMETRY_FLUSH_BUDGET_MS", budget);
    }
}
