using System.Text;
using System.Text.Json;
using Functions.Tests.Support;
using Orders;
using Orders.Messages;
using Orders.Model;

namespace Functions.Tests.Orders;

/// <summary>ProcessPayment and UpdateInventory, free of any cloud.</summary>
[Collection(ProcessWideTelemetry.Name)]
public sealed class MessageFunctionTests
{
    private readonly List<string> _next = [];

    [Fact]
    public async Task A_payment_is_audited_told_and_handed_on_in_the_senders_trace()
    {
        await using var telemetry = new RecordedTelemetry();
        await Payments().InvokeAsync(Message("payment", delivery: 2), CancellationToken.None);
        var events = await telemetry.FlushAsync();

        Assert.Equal(
            "audit payment.authorised, logs payment authorised, metrics payments.processed, metrics payments.duration,"
                + " traces process-payment",
            DecodedEvent.Summary(events));
        Assert.Equal(
            ("order-1", 19.25m), (events[0].Attribute("orderId").GetString(), events[0].Attribute("amount").GetDecimal()));
        Assert.Equal("authorised", events[2].Attribute("outcome").GetString());
        Assert.Equal(
            (Traces.Span, "pubsub", 2),
            (events[4]["parentSpanId"], events[4].Attribute("faas.trigger").GetString(),
                events[4].Attribute("messaging.delivery").GetInt32()));
        Assert.All(events, sent => Assert.Equal(events[4].TraceParent, sent.TraceParent));
        var next = JsonDocument.Parse(Assert.Single(_next)).RootElement;
        Assert.Equal((events[4].TraceParent, "order-1"),
            (next.GetProperty("traceparent").GetString(), next.GetProperty("orderId").GetString()));
    }

    [Fact]
    public async Task A_declined_payment_is_done_and_goes_no_further()
    {
        await using var telemetry = new RecordedTelemetry();
        await Payments().InvokeAsync(Message("payment-declined"), CancellationToken.None);
        var events = await telemetry.FlushAsync();

        Assert.Empty(_next);
        Assert.Equal("audit payment.declined, logs payment declined", DecodedEvent.Summary(events.Take(2)));
        Assert.Equal("warn", events[1]["level"]);
    }

    [Fact]
    public async Task A_failing_payment_is_thrown_and_told_with_its_stack()
    {
        await using var telemetry = new RecordedTelemetry();
        await Assert.ThrowsAsync<HttpRequestException>(
            () => Payments().InvokeAsync(Message("payment-failing"), CancellationToken.None));
        var events = await telemetry.FlushAsync();

        Assert.Equal("logs process-payment failed, traces process-payment", DecodedEvent.Summary(events));
        Assert.Equal(("error", "error"), (events[0]["level"], events[1]["status"]));
        Assert.Contains(" at Orders.ProcessPayment.PayAsync", events[0].Attribute("exception.stacktrace").GetString(),
            StringComparison.Ordinal);
        Assert.Equal(Traces.Span, events[1]["parentSpanId"]);
    }

    [Fact]
    public async Task A_payment_that_cannot_be_audited_is_not_handed_on_and_comes_again()
    {
        await using var telemetry = new RecordedTelemetry();
        telemetry.Queue.BeforeSend = _ => throw new InvalidOperationException("no queue today");

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => Payments().InvokeAsync(Message("payment"), CancellationToken.None));

        Assert.Empty(_next);
    }

    [Theory]
    [InlineData("", "is no Payment at $")]
    [InlineData("null", "is null")]
    [InlineData("""{"orderId":"order-1","method":"card","lines":[]}""", "is no Payment at $")]
    [InlineData("""{"orderId":"order-1","amount":"much","method":"card","lines":[]}""", "is no Payment at $.amount")]
    public async Task A_message_that_is_no_payment_fails_by_its_name_and_place_and_is_told(string body, string problem)
    {
        await using var telemetry = new RecordedTelemetry();
        var message = new FunctionMessage("m-1", SomeOrder.Bytes(body), Delivery: 1, Traces.Parent);

        var error = await Assert.ThrowsAsync<MessageException>(() => Payments().InvokeAsync(message, CancellationToken.None));
        var events = await telemetry.FlushAsync();

        Assert.StartsWith($"message m-1 {problem}", error.Message, StringComparison.Ordinal);
        Assert.Equal("logs process-payment failed, traces process-payment", DecodedEvent.Summary(events));
        Assert.Equal(Traces.Span, events[1]["parentSpanId"]);
    }

    [Fact]
    public async Task A_change_of_the_inventory_is_audited_and_each_articles_level_told()
    {
        await using var telemetry = new RecordedTelemetry();
        await new UpdateInventory(new SampleStock().TakeAsync).InvokeAsync(Message("inventory-change"), CancellationToken.None);
        var events = await telemetry.FlushAsync();

        Assert.Equal(
            "audit inventory.updated, metrics inventory.level, metrics inventory.level, logs inventory updated,"
                + " traces update-inventory",
            DecodedEvent.Summary(events));
        Assert.Equal(("998", "TEA-1"), (events[1]["value"], events[1].Attribute("sku").GetString()));
        Assert.Equal(Traces.Span, events[4]["parentSpanId"]);
    }

    [Fact]
    public async Task A_low_stock_is_warned_of_and_a_message_that_comes_twice_takes_it_once()
    {
        await using var telemetry = new RecordedTelemetry();
        var inventory = new UpdateInventory(new SampleStock().TakeAsync);
        var message = new FunctionMessage(
            "m-1", SomeOrder.Bytes("""{"orderId":"order-9","lines":[{"sku":"TEA-1","quantity":950}]}"""));

        await inventory.InvokeAsync(message, CancellationToken.None);
        await inventory.InvokeAsync(message with { Delivery = 2 }, CancellationToken.None);
        var levels = (await telemetry.FlushAsync())
            .Where(sent => sent.Subject is "inventory.level" or "stock below the reorder level").ToList();

        Assert.Equal(["50", "50"], levels.Where(sent => sent.Style is "metrics").Select(sent => sent["value"]));
        Assert.Equal("warn", levels.First(sent => sent.Style is "logs")["level"]);
    }

    private static FunctionMessage Message(string sample, long delivery = 1) => new("m-1", Samples.Bytes(sample), delivery);

    private ProcessPayment Payments() => new(TimeProvider.System, SamplePaymentGateway.AuthoriseAsync, (body, _) =>
    {
        _next.Add(Encoding.UTF8.GetString(body.Span));
        return Task.CompletedTask;
    });
}
