using System.Text.Json;
using Functions.Tests.Support;
using Orders;
using Orders.Http;
using Telemetry.Queues;

namespace Functions.Tests.Orders;

[Collection(ProcessWideTelemetry.Name)]
public sealed class LargeOrderTests
{
    [Theory]
    [InlineData("azure", 12_000, 5)]
    [InlineData("sqs", 12_000, 2)]
    public async Task A_large_orders_snapshot_leaves_in_several_messages_and_arrives_byte_for_byte(
        string queue, int count, int atLeast)
    {
        await using var telemetry = new RecordedTelemetry(queue is "azure" ? QueueLimits.AzureStorage : QueueLimits.Sqs);
        var lines = SomeOrder.LinesOf(count);

        var response = await InvokeAsync(lines);
        var events = await telemetry.FlushAsync();

        var snapshot = Assert.Single(events, sent => sent.Subject is "order.snapshot");
        var orderId = JsonDocument.Parse(response.Body).RootElement.GetProperty("orderId").GetString();
        var expected = $$"""{"timestamp":"{{snapshot["timestamp"]}}","style":"logs","level":"info","message":"order.snapshot","attributes":{"orderId":"{{orderId}}","lines":{{lines}}},"traceparent":"{{snapshot.TraceParent}}","service":"orders","instance":"test"}""";
        Assert.Equal(expected, snapshot.Text);
        // One message carries the audit event, one or two the small events.
        Assert.True(telemetry.Queue.Messages.Count >= atLeast + 2, $"{telemetry.Queue.Messages.Count} messages");
    }

    [Theory]
    [InlineData(100, false)]
    [InlineData(101, true)]
    public async Task Only_an_order_of_over_a_hundred_lines_leaves_a_snapshot(int count, bool expected)
    {
        await using var telemetry = new RecordedTelemetry();

        await InvokeAsync(SomeOrder.LinesOf(count));

        Assert.Equal(expected, (await telemetry.FlushAsync()).Any(sent => sent.Subject is "order.snapshot"));
    }

    private static async Task<FunctionResponse> InvokeAsync(string lines)
    {
        var request = new FunctionRequest(SomeOrder.Bytes(SomeOrder.Of(lines)));
        var response = await new CreateOrder(TimeProvider.System).InvokeAsync(request, CancellationToken.None);
        Assert.Equal(201, response.Status);
        return response;
    }
}
