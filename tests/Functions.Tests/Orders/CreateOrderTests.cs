using System.Text.Json;
using Functions.Tests.Support;
using Orders;
using Orders.Http;

namespace Functions.Tests.Orders;

[Collection(ProcessWideTelemetry.Name)]
public sealed class CreateOrderTests
{
    private readonly CreateOrder _createOrder = new(TimeProvider.System);

    [Fact]
    public async Task An_order_gets_an_identity_and_its_total()
    {
        await using var telemetry = new RecordedTelemetry();
        var response = await InvokeAsync(SomeOrder.Small);

        var answer = JsonDocument.Parse(response.Body).RootElement;
        Assert.Equal(201, response.Status);
        Assert.Equal(19.25m, answer.GetProperty("total").GetDecimal());
        Assert.True(Guid.TryParse(answer.GetProperty("orderId").GetString(), out _));
    }

    [Fact]
    public async Task Two_orders_have_two_identities()
    {
        await using var telemetry = new RecordedTelemetry();
        var first = await InvokeAsync(SomeOrder.Small);
        var second = await InvokeAsync(SomeOrder.Small);

        Assert.False(first.Body.Span.SequenceEqual(second.Body.Span));
    }

    [Theory]
    [InlineData("", "the body is empty: send an order as a JSON object")]
    [InlineData("null", "the body is null: send an order as a JSON object")]
    [InlineData("[]", "the body is no order at $ (line 1, near byte 1): not JSON, or a value of the wrong type")]
    [InlineData(
        """{"customer":"Ada" "lines":[]}""",
        "the body is no order at $ (line 1, near byte 18): not JSON, or a value of the wrong type")]
    [InlineData("""{"lines":[{"sku":"A","quantity":1,"price":1}]}""", "customer is missing or empty")]
    [InlineData("""{"customer":" ","lines":[{"sku":"A","quantity":1,"price":1}]}""", "customer is missing or empty")]
    [InlineData("""{"customer":"Ada"}""", "lines is missing or empty: an order has at least one line")]
    [InlineData("""{"customer":"Ada","lines":[]}""", "lines is missing or empty: an order has at least one line")]
    [InlineData("""{"customer":"Ada","lines":[null]}""", "lines[0] is null: a line is an object with sku, quantity and price")]
    [InlineData(
        """{"customer":"Ada","lines":[{"sku":"A","quantity":1,"price":1},{"quantity":1,"price":1}]}""",
        "lines[1].sku is missing or empty")]
    [InlineData("""{"customer":"Ada","lines":[{"sku":"A","price":1}]}""", "lines[0].quantity is missing")]
    [InlineData(
        """{"customer":"Ada","lines":[{"sku":"A","quantity":0,"price":1}]}""",
        "lines[0].quantity is 0: it must be from 1 to 1000000")]
    [InlineData(
        """{"customer":"Ada","lines":[{"sku":"A","quantity":1000001,"price":1}]}""",
        "lines[0].quantity is 1000001: it must be from 1 to 1000000")]
    [InlineData("""{"customer":"Ada","lines":[{"sku":"A","quantity":1}]}""", "lines[0].price is missing")]
    [InlineData(
        """{"customer":"Ada","lines":[{"sku":"A","quantity":1,"price":-0.01}]}""",
        "lines[0].price is -0.01: it must be from 0 to 1000000000")]
    [InlineData(
        """{"customer":"Ada","lines":[{"sku":"A","quantity":"1","price":1}]}""",
        "the body is no order at $.lines[0].quantity (line 1, near byte 52): not JSON, or a value of the wrong type")]
    [InlineData(
        """{"customer":"Ada","lines":[{"sku":"A","quantity":1,"price":1e400}]}""",
        "the body is no order at $.lines[0].price (line 1, near byte 64): not JSON, or a value of the wrong type")]
    public async Task What_is_no_order_is_refused_with_the_place_and_the_remedy(string body, string error)
    {
        await using var telemetry = new RecordedTelemetry();
        var response = await InvokeAsync(body);

        Assert.Equal(400, response.Status);
        Assert.Equal(error, JsonDocument.Parse(response.Body).RootElement.GetProperty("error").GetString());
    }

    [Fact]
    public async Task Names_and_the_number_of_lines_are_bounded()
    {
        await using var telemetry = new RecordedTelemetry();
        var longName = await InvokeAsync(
            $$"""{"customer":"{{new string('x', 65)}}","lines":[{"sku":"A","quantity":1,"price":1}]}""");
        var manyLines = await InvokeAsync(SomeOrder.Of(SomeOrder.LinesOf(20_001)));

        Assert.Contains("customer has 65 characters", ErrorOf(longName), StringComparison.Ordinal);
        Assert.Contains("20001 lines", ErrorOf(manyLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_logged_and_counted_and_nothing_is_audited()
    {
        await using var telemetry = new RecordedTelemetry();
        await InvokeAsync("{}");
        var events = await telemetry.FlushAsync();

        Assert.Equal(
            "logs order refused, metrics orders.refused, traces create-order",
            DecodedEvent.Summary(events));
        Assert.Equal("customer is missing or empty", events[0].Attribute("reason").GetString());
        Assert.Equal("warn", events[0]["level"]);
        Assert.Equal(400, events[2].Attribute("http.response.status_code").GetInt32());
    }

    private static string ErrorOf(FunctionResponse response)
    {
        Assert.Equal(400, response.Status);
        return JsonDocument.Parse(response.Body).RootElement.GetProperty("error").GetString()!;
    }

    private Task<FunctionResponse> InvokeAsync(string body) =>
        _createOrder.InvokeAsync(new FunctionRequest(SomeOrder.Bytes(body)), CancellationToken.None);
}
