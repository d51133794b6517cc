using System.Text.Json;

namespace Orders.Model;

/// <summary>Reads an order from a request's body.</summary>
internal static class OrderReader
{
    /// <summary>The order, checked by <see cref="OrderRules"/>; null and the problem if the body is no valid order.</summary>
    internal static (Order? Order, string? Problem) Read(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
            return (null, "the body is empty: send an order as a JSON object");
        try
        {
            var order = JsonSerializer.Deserialize(body.Span, OrdersJson.Default.Order);
            var problem = order is null ? "the body is null: send an order as a JSON object" : OrderRules.Check(order);
            return problem is null ? (order, null) : (null, problem);
        }
        catch (JsonException e)
        {
            // The exception's own message may quote the document.
            var line = (e.LineNumber ?? 0) + 1;
            var place = $"{e.Path ?? "$"} (line {line}, near byte {e.BytePositionInLine ?? 0})";
            return (null, $"the body is no order at {place}: not JSON, or a value of the wrong type");
        }
    }
}
