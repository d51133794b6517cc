using System.Collections.Concurrent;

namespace Orders.Model;

/// <summary>Takes the lines of an order from the stock. Repeated calls for the same order change nothing more.</summary>
/// <returns>The remaining pieces of each article.</returns>
public delegate Task<IReadOnlyList<StockLine>> Stock(InventoryChange change, CancellationToken cancellationToken);

/// <summary>A stock for samples and tests, in memory: a thousand pieces of everything.</summary>
public sealed class SampleStock
{
    private const int AtFirst = 1_000;

    private readonly ConcurrentDictionary<string, int> _pieces = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IReadOnlyList<StockLine>> _done = new(StringComparer.Ordinal);

    /// <inheritdoc cref="Stock"/>
    public Task<IReadOnlyList<StockLine>> TakeAsync(InventoryChange change, CancellationToken cancellationToken) =>
        Task.FromResult(
            _done.GetOrAdd(change.OrderId, static (_, state) => state.Stock.Take(state.Lines), (Stock: this, change.Lines)));

    private StockLine[] Take(IReadOnlyList<StockLine> lines) => [.. lines.Select(line => line with { Quantity = Take(line) })];

    private int Take(StockLine line) =>
        _pieces.AddOrUpdate(line.Sku, AtFirst - line.Quantity, (_, pieces) => pieces - line.Quantity);
}
