using System.Diagnostics;
using System.Text.Json;
using Functions.Tests.Support;
using Orders;
using Orders.Http;
using Telemetry;
using Telemetry.Queues;

namespace Functions.Tests.Orders;

[Collection(ProcessWideTelemetry.Name)]
public sealed class CreateOrderTelemetryTests
{
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task An_order_leaves_an_audit_event_a_log_two_metrics_and_a_span_in_the_callers_trace()
    {
        await using var telemetry = new RecordedTelemetry();
        var response = await InvokeAsync(new CreateOrder(TimeProvider.System), Traces.Parent);
        var events = await telemetry.FlushAsync();

        Assert.Equal(
            "audit order.created, logs order created, metrics orders.created, metrics orders.create.duration,"
                + " traces create-order",
            DecodedEvent.Summary(events));
        var orderId = JsonDocument.Parse(response.Body).RootElement.GetProperty("orderId").GetString();
        Assert.Equal(orderId, events[0].Attribute("orderId").GetString());
        Assert.Equal("Ada", events[0].Attribute("customer").GetString());
        Assert.Equal(19.25m, events[1].Attribute("total").GetDecimal());
        Assert.Equal(("1", "{order}"), (events[2]["value"], events[2]["unit"]));
        Assert.Equal("ms", events[3]["unit"]);
        Assert.Equal(orderId, events[4].Attribute("order.id").GetString());
        Assert.Equal(Traces.Span, events[4]["parentSpanId"]);
        Assert.All(events, sent => Assert.Equal(events[4].TraceParent, sent.TraceParent));
        Assert.StartsWith($"00-{Traces.Id}-", events[4].TraceParent, StringComparison.Ordinal);
        Assert.EndsWith("-01", events[4].TraceParent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not a trace")]
    [InlineData("00-00000000000000000000000000000000-0000000000000000-01")]
    public async Task Without_a_valid_trace_of_the_caller_the_function_begins_one(string? traceParent)
    {
        await using var telemetry = new RecordedTelemetry();
        await InvokeAsync(new CreateOrder(TimeProvider.System), traceParent);
        var events = await telemetry.FlushAsync();

        Assert.Null(events[^1]["parentSpanId"]);
        Assert.StartsWith("00-", events[^1].TraceParent, StringComparison.Ordinal);
        Assert.Single(events.Select(sent => sent.TraceParent).Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_audit_event_is_stored_before_the_order_is_answered()
    {
        await using var telemetry = new RecordedTelemetry();
        await InvokeAsync(new CreateOrder(TimeProvider.System));

        Assert.Equal("order.created", Assert.Single(DecodedEvent.Decode(telemetry.Queue.Messages)).Subject);
    }

    [Fact]
    public async Task An_order_that_cannot_be_audited_is_not_created_and_may_be_repeated()
    {
        await using var telemetry = new RecordedTelemetry();
        telemetry.Queue.BeforeSend = _ => throw new QueueException(Refused());
        var response = await InvokeAsync(new CreateOrder(TimeProvider.System));
        telemetry.Queue.BeforeSend = _ => Task.CompletedTask;
        var events = await telemetry.FlushAsync();

        Assert.Equal((503, 1), (response.Status, response.RetryAfter));
        Assert.Contains("was not created", JsonDocument.Parse(response.Body).RootElement.GetProperty("error").GetString(),
            StringComparison.Ordinal);
        Assert.Equal(
            "logs order not audited, traces create-order",
            DecodedEvent.Summary(events));
        Assert.Equal(("error", "error"), (events[1]["level"], events[1]["status"]));
    }

    [Fact]
    public async Task A_queue_that_does_not_answer_holds_an_order_up_no_longer_than_the_audits_time_limit()
    {
        await using var telemetry = new RecordedTelemetry();
        telemetry.Queue.BeforeSend = token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);

        var watch = Stopwatch.StartNew();
        var response = await InvokeAsync(new CreateOrder(TimeProvider.System, TimeSpan.FromMilliseconds(200)))
            .WaitAsync(TestTimeout);

        Assert.Equal(503, response.Status);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(150), TestTimeout);
    }

    [Fact]
    public async Task Without_a_configured_queue_no_order_is_created()
    {
        await using var telemetry = new RecordedTelemetry();
        TelemetryQueue.Client = null;

        Assert.Equal(503, (await InvokeAsync(new CreateOrder(TimeProvider.System))).Status);
    }

    [Fact]
    public async Task A_cancelled_invocation_ends_as_cancelled()
    {
        await using var telemetry = new RecordedTelemetry();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var request = new FunctionRequest(SomeOrder.Bytes(SomeOrder.Small));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new CreateOrder(TimeProvider.System).InvokeAsync(request, cancelled.Token));
        Assert.Contains(await telemetry.FlushAsync(), sent => sent.Subject is "create-order failed");
    }

    private static QueueFailure Refused()
    {
        Assert.True(QueueEndpoint.TryParse("http://127.0.0.1:1/recorded", "sqs", null, out var endpoint, out _));
        return new QueueFailure { Queue = endpoint, Operation = "SendMessageBatch", Status = 403, Code = "AccessDenied" };
    }

    private static Task<FunctionResponse> InvokeAsync(CreateOrder createOrder, string? traceParent = null) =>
        createOrder.InvokeAsync(new FunctionRequest(SomeOrder.Bytes(SomeOrder.Small), traceParent), CancellationToken.None);
}
