namespace Orders.Model;

/// <summary>One line of an order.</summary>
/// <param name="Sku">The article.</param>
/// <param name="Quantity">Pieces.</param>
/// <param name="Price">Of one piece.</param>
public sealed record OrderLine(string? Sku, int? Quantity, decimal? Price);
