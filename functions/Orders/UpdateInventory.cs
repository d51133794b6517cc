using Orders.Messages;
using Orders.Model;
using Telemetry;

namespace Orders;

/// <summary>
/// The function for the queue of paid orders:
/// <c>{"orderId":"...","lines":[{"sku":"...","quantity":1}],"traceparent":"..."}</c>. It takes the lines from the stock and
/// reports what is left.
/// </summary>
/// <param name="stock">The stock, which counts each order once.</param>
public sealed class UpdateInventory(Stock stock)
{
    private const string Name = "update-inventory";

    // Below this level, somebody should reorder.
    private const int ReorderLevel = 100;

    /// <summary>Runs the function for one message.</summary>
    /// <exception cref="MessageException">The message is no change of the inventory.</exception>
    /// <exception cref="Exception">The stock or the audit failed; the queue must deliver the message again.</exception>
    public Task InvokeAsync(FunctionMessage message, CancellationToken cancellationToken) =>
        MessageFunction.RunAsync(
            Name, message, MessagesJson.Default.InventoryChange, (change, _) => UpdateAsync(change, cancellationToken));

    private async Task UpdateAsync(InventoryChange change, CancellationToken cancellationToken)
    {
        var levels = await stock(change, cancellationToken);
        await TelemetryQueue.SendAsync(
            TelemetryEvent.Audit("inventory.updated").With("orderId", change.OrderId).With("lines", change.Lines.Count),
            cancellationToken);
        foreach (var level in levels)
            Report(level);
        TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Debug, "inventory updated").With("orderId", change.OrderId));
    }

    private static void Report(StockLine level)
    {
        TelemetryQueue.Send(TelemetryEvent.Metric("inventory.level", level.Quantity, "{piece}").With("sku", level.Sku));
        if (level.Quantity < ReorderLevel)
        {
            TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Warn, "stock below the reorder level")
                .With("sku", level.Sku)
                .With("left", level.Quantity));
        }
    }
}
