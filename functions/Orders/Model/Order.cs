namespace Orders.Model;

/// <summary>
/// An order from the caller's request. Any member may be missing until <see cref="OrderRules"/> has checked it.
/// </summary>
/// <param name="Customer">The customer.</param>
/// <param name="Lines">The ordered articles.</param>
public sealed record Order(string? Customer, IReadOnlyList<OrderLine?>? Lines);

/// <summary>One line of an order.</summary>
/// <param name="Sku">The article.</param>
/// <param name="Quantity">Pieces.</param>
/// <param name="Price">The price of one piece.</param>
public sealed record OrderLine(string? Sku, int? Quantity, decimal? Price);

/// <summary>Computes the price of an order.</summary>
internal static class OrderTotal
{
    /// <summary>Sum of quantity times price over the lines of an order that <see cref="OrderRules"/> has accepted.</summary>
    internal static decimal Of(Order order) => order.Lines!.Sum(line => line!.Quantity!.Value * line.Price!.Value);
}

/// <summary>The answer to an order that was created.</summary>
/// <param name="OrderId">Its identity.</param>
/// <param name="Total">Sum of quantity times price over all lines.</param>
public sealed record OrderCreated(string OrderId, decimal Total);
