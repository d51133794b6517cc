using System.Text.Json.Serialization;
using Orders.Messages;

namespace Orders.Model;

/// <summary>A message to <see cref="ProcessPayment"/>: an order that is to be paid.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Amount">What to pay.</param>
/// <param name="Method">Names a stored means of payment, never a card's number.</param>
/// <param name="Lines">What to take out of the stock once it is paid.</param>
/// <param name="TraceParent">The trace of whoever sent the message; queues carry none themselves.</param>
public sealed record Payment(
    string OrderId,
    decimal Amount,
    string Method,
    IReadOnlyList<StockLine> Lines,
    [property: JsonPropertyName("traceparent")] string? TraceParent = null) : IOrderMessage;

/// <summary>Pieces of an article.</summary>
/// <param name="Sku">The article.</param>
/// <param name="Quantity">Pieces.</param>
public sealed record StockLine(string Sku, int Quantity);

/// <summary>A message to <see cref="UpdateInventory"/>: an order that is paid.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Lines">What to take out of the stock.</param>
/// <param name="TraceParent">The trace of whoever sent the message.</param>
public sealed record InventoryChange(
    string OrderId,
    IReadOnlyList<StockLine> Lines,
    [property: JsonPropertyName("traceparent")] string? TraceParent = null) : IOrderMessage;
