namespace Orders.Model;

/// <summary>An order as the caller wrote it: any member may be missing until <see cref="OrderRules"/> has seen it.</summary>
/// <param name="Customer">Who orders.</param>
/// <param name="Lines">What is ordered.</param>
public sealed record Order(string? Customer, IReadOnlyList<OrderLine?>? Lines);
