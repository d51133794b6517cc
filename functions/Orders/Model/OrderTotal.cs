namespace Orders.Model;

/// <summary>What an order costs.</summary>
internal static class OrderTotal
{
    /// <summary>Sum of quantity times price over the lines of an order that <see cref="OrderRules"/> has passed.</summary>
    internal static decimal Of(Order order) => order.Lines!.Sum(line => line!.Quantity!.Value * line.Price!.Value);
}
