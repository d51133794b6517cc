namespace Orders.Model;

/// <summary>A day's orders, added up.</summary>
/// <param name="Orders">The number of orders.</param>
/// <param name="Revenue">Sum of their totals.</param>
/// <param name="Declined">Orders whose payment was declined.</param>
public sealed record DaySales(int Orders, decimal Revenue, int Declined);

/// <summary>Adds up a day's orders.</summary>
public delegate Task<DaySales> SalesReport(DateOnly day, CancellationToken cancellationToken);

/// <summary>A report for samples and tests.</summary>
public static class SampleSalesReport
{
    /// <summary>The same figures for every day.</summary>
    public static Task<DaySales> ReadAsync(DateOnly day, CancellationToken cancellationToken) =>
        Task.FromResult(new DaySales(Orders: 42, Revenue: 1_337.50m, Declined: 3));
}
