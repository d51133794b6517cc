using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Functions.Tests.Support;
using Harness.Components;

namespace Functions.Tests.Aws;

/// <summary>The built executable behind each trigger, at its start and at a sudden end.</summary>
[Trait("Lane", "full")]
public sealed class BootstrapTriggerTests(SharedFauxqs fauxqs) : IClassFixture<SharedFauxqs>
{
    [Fact]
    public async Task Of_a_batch_of_payments_the_failing_one_comes_again_and_the_paid_one_goes_on_in_its_trace()
    {
        await using var queue = await EmulatedQueue.CreateAsync(fauxqs.Server);
        await using var inventory = await EmulatedQueue.CreateAsync(fauxqs.Server);
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var process = await StartAsync(api, queue, "ProcessPayment", ("INVENTORY_QUEUE", $"{inventory.Url}"));
        await api.WaitForQuestionAsync();

        var answer = await api.InvokeAsync(
            QueueAndTimerEvents.Sqs(Samples.Text("payment"), Samples.Text("payment-failing"), Samples.Text("payment-declined")));
        await api.WaitForQuestionAsync();

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"m-2"}]}""", answer.Body);
        var events = DecodedEvent.Decode(await queue.TakeAsync());
        Assert.All(events, sent => Assert.Matches("^.+$", sent["requestId"]));
        Assert.Equal(3, events.Count(sent => sent.Style is "traces" && sent["parentSpanId"] == Traces.Span));
        var next = JsonDocument.Parse(Encoding.UTF8.GetString(Assert.Single(await inventory.TakeAsync()))).RootElement;
        Assert.Contains(
            events, sent => sent.Style is "traces" && sent.TraceParent == next.GetProperty("traceparent").GetString());
    }

    [Theory]
    [InlineData("UpdateInventory", "inventory.updated")]
    [InlineData("DailySummary", "day.closed")]
    public async Task The_other_functions_are_served_by_the_name_of_their_handler(string name, string audited)
    {
        await using var queue = await EmulatedQueue.CreateAsync(fauxqs.Server);
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var process = await StartAsync(api, queue, name);
        await api.WaitForQuestionAsync();

        var answer = await api.InvokeAsync(
            name is "DailySummary" ? QueueAndTimerEvents.Scheduled() : QueueAndTimerEvents.Sqs(Samples.Text("inventory-change")));
        await api.WaitForQuestionAsync();

        Assert.Equal(name is "DailySummary" ? "null" : """{"batchItemFailures":[]}""", answer.Body);
        Assert.Contains(
            $"audit {audited}", DecodedEvent.Summary(DecodedEvent.Decode(await queue.TakeAsync())), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Nobody", "the handler 'Nobody' is none of CreateOrder, ProcessPayment, UpdateInventory, DailySummary")]
    [InlineData("ProcessPayment", "INVENTORY_QUEUE: an empty text is no queue address")]
    public async Task A_function_that_cannot_be_made_is_an_error_of_initialisation(string handler, string problem)
    {
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var process = await BootstrapProcess.StartAsync(
            api, ImmutableDictionary<string, string>.Empty.SetItem("_HANDLER", handler));

        var answer = await api.InitErrorAsync();

        Assert.Equal(("init error", "Runtime.InvalidOperationException"), (answer.Kind, answer.ErrorType));
        Assert.Contains(problem, JsonDocument.Parse(answer.Body).RootElement.GetProperty("errorMessage").GetString(),
            StringComparison.Ordinal);
        Assert.Equal(1, await process.WaitForExitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task An_instance_killed_after_its_response_has_left_its_audit_event()
    {
        await using var queue = await EmulatedQueue.CreateAsync(fauxqs.Server);
        await using var api = await FakeRuntimeApi.StartAsync();
        await using var process = await StartAsync(api, queue, "CreateOrder");
        await api.WaitForQuestionAsync();
        api.AtStep = step => step is "response" ? process.KillAsync() : Task.CompletedTask;

        var answer = await api.InvokeAsync(HttpEvents.Post(SomeOrder.Small));

        Assert.Equal("response", answer.Kind);
        // What was merely buffered dies with the instance: Lambda freezes instead, and the flush comes before it may.
        Assert.Equal("audit order.created", DecodedEvent.Summary(DecodedEvent.Decode(await queue.TakeAsync())));
    }

    private static Task<ChildProcess> StartAsync(
        FakeRuntimeApi api, EmulatedQueue queue, string handler, params ReadOnlySpan<(string Name, string Value)> more)
    {
        var environment = queue.SenderEnvironment.SetItem("TELEMETRY_FLUSH_BUDGET_MS", "20000").SetItem("_HANDLER", handler);
        foreach (var (name, value) in more)
            environment = environment.SetItem(name, value);
        return BootstrapProcess.StartAsync(api, environment);
    }
}
