using System.Text.Json;
using Functions.Tests.Support;
using Harness.Functions;
using Harness.Functions.Protocol;

namespace Functions.Tests.Azure;

/// <summary>What the Functions host sees of the functions that no caller waits for.</summary>
[Collection(WorkerCollection.Name)]
public sealed class QueueAndTimerTriggerTests(PublishedWorker worker, SharedAzurite azurite)
{
    [Fact]
    public async Task A_payment_goes_on_through_the_output_binding_in_the_messages_trace()
    {
        await using var queue = await EmulatedQueue.CreateAsync(azurite.Server);
        await using var host = await worker.StartAsync(queue.SenderEnvironment);
        var call = FunctionCall.FromMessage("ProcessPayment", Samples.Text("payment"), "m-1", dequeueCount: 2)
            with
        { TraceParent = Traces.Parent };

        var answer = await host.InvokeAsync(call);
        var events = DecodedEvent.Decode(await queue.TakeAsync());

        Assert.Equal(StatusResult.Types.Status.Success, answer.Result.Status);
        var span = events.Single(sent => sent.Style is "traces");
        Assert.Equal(
            span.TraceParent, JsonDocument.Parse(answer.ReturnValue.String).RootElement.GetProperty("traceparent").GetString());
        Assert.All(events, sent => Assert.Equal(call.Id, sent["requestId"]));
        Assert.Equal(
            (Traces.Span, "m-1", 2),
            (span["parentSpanId"], span.Attribute("messaging.message.id").GetString(),
                span.Attribute("messaging.delivery").GetInt32()));
    }

    [Fact]
    public async Task A_declined_payment_has_no_output()
    {
        await using var queue = await EmulatedQueue.CreateAsync(azurite.Server);
        await using var host = await worker.StartAsync(queue.SenderEnvironment);

        var answer = await host.InvokeAsync(FunctionCall.FromMessage("ProcessPayment", Samples.Text("payment-declined")));

        Assert.Equal((StatusResult.Types.Status.Success, null), (answer.Result.Status, answer.ReturnValue?.String));
    }

    [Fact]
    public async Task A_failing_payment_fails_the_invocation_so_that_its_message_comes_again()
    {
        await using var queue = await EmulatedQueue.CreateAsync(azurite.Server);
        await using var host = await worker.StartAsync(queue.SenderEnvironment);

        var answer = await host.InvokeAsync(FunctionCall.FromMessage("ProcessPayment", Samples.Text("payment-failing")));

        Assert.Equal((StatusResult.Types.Status.Failure, null), (answer.Result.Status, answer.ReturnValue));
        Assert.Equal(
            "logs process-payment failed, traces process-payment",
            DecodedEvent.Summary(DecodedEvent.Decode(await queue.TakeAsync())));
    }

    [Fact]
    public async Task A_change_of_the_inventory_sends_its_levels_when_the_invocation_ends()
    {
        await using var queue = await EmulatedQueue.CreateAsync(azurite.Server);
        await using var host = await worker.StartAsync(queue.SenderEnvironment);

        var answer = await host.InvokeAsync(FunctionCall.FromMessage("UpdateInventory", Samples.Text("inventory-change")));

        Assert.Equal(StatusResult.Types.Status.Success, answer.Result.Status);
        Assert.Contains(DecodedEvent.Decode(await queue.TakeAsync()), sent => sent.Subject is "inventory.level");
    }

    [Fact]
    public async Task A_timer_that_is_late_says_so_in_the_hosts_trace()
    {
        await using var queue = await EmulatedQueue.CreateAsync(azurite.Server);
        await using var host = await worker.StartAsync(queue.SenderEnvironment);

        var answer = await host.InvokeAsync(
            FunctionCall.FromTimer("DailySummary", isPastDue: true) with { TraceParent = Traces.Parent });
        var events = DecodedEvent.Decode(await queue.TakeAsync());

        Assert.Equal(StatusResult.Types.Status.Success, answer.Result.Status);
        Assert.Contains("logs the timer is late", DecodedEvent.Summary(events), StringComparison.Ordinal);
        Assert.Equal(Traces.Span, events.Single(sent => sent.Style is "traces")["parentSpanId"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("hello")]
    public async Task What_is_no_payment_fails_its_invocation_and_the_worker_goes_on(string text)
    {
        await using var queue = await EmulatedQueue.CreateAsync(azurite.Server);
        await using var host = await worker.StartAsync(queue.SenderEnvironment);

        var bad = await host.InvokeAsync(FunctionCall.FromMessage("ProcessPayment", text));
        var good = await host.InvokeAsync(FunctionCall.FromMessage("ProcessPayment", Samples.Text("payment")));

        Assert.Equal(
            (StatusResult.Types.Status.Failure, StatusResult.Types.Status.Success), (bad.Result.Status, good.Result.Status));
    }
}
