namespace Orders.Model;

/// <summary>The answer to an order that was created.</summary>
/// <param name="OrderId">Its identity.</param>
/// <param name="Total">Sum of quantity times price over all lines.</param>
public sealed record OrderCreated(string OrderId, decimal Total);
