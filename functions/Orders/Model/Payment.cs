using System.Text.Json.Serialization;
using Orders.Messages;

namespace Orders.Model;

/// <summary>A message to <see cref="ProcessPayment"/>: an order to be paid.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Amount">The amount to pay.</param>
/// <param name="Method">The name of a stored means of payment; never a card number.</param>
/// <param name="Lines">The articles to take from the stock when the order is paid.</param>
/// <param name="TraceParent">The sender's trace.</param>
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

/// <summary>A message to <see cref="UpdateInventory"/>: a paid order.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Lines">The articles to take from the stock.</param>
/// <param name="TraceParent">The sender's trace.</param>
public sealed record InventoryChange(
    string OrderId,
    IReadOnlyList<StockLine> Lines,
    [property: JsonPropertyName("traceparent")] string? TraceParent = null) : IOrderMessage;
