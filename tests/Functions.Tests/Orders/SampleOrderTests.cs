using System.Text.Json;
using Functions.Tests.Support;
using Orders;
using Orders.Http;

namespace Functions.Tests.Orders;

/// <summary>The orders of functions/samples, and what an answer says about the trace.</summary>
[Collection(ProcessWideTelemetry.Name)]
public sealed class SampleOrderTests
{
    [Theory]
    [InlineData("order", false)]
    [InlineData("large-order", true)]
    public async Task The_sample_orders_are_created_and_the_large_one_leaves_a_snapshot(string sample, bool hasSnapshot)
    {
        await using var telemetry = new RecordedTelemetry();
        var response = await InvokeAsync(sample);

        Assert.Equal(201, response.Status);
        Assert.Equal(hasSnapshot, (await telemetry.FlushAsync()).Any(sent => sent.Subject is "order.snapshot"));
        Assert.True(JsonDocument.Parse(response.Body).RootElement.GetProperty("total").GetDecimal() > 0);
    }

    [Fact]
    public async Task An_answer_names_the_functions_span_in_the_callers_trace()
    {
        await using var telemetry = new RecordedTelemetry();
        var response = await InvokeAsync("order");
        var span = (await telemetry.FlushAsync()).Single(sent => sent.Style is "traces");

        Assert.Equal(span.TraceParent, response.TraceResponse);
        Assert.Contains(("traceresponse", span.TraceParent!), response.Headers());
    }

    private static Task<FunctionResponse> InvokeAsync(string sample)
    {
        var request = new FunctionRequest(Samples.Bytes(sample), Traces.Parent);
        return new CreateOrder(TimeProvider.System).InvokeAsync(request, CancellationToken.None);
    }
}
