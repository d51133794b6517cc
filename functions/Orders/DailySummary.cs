using System.Diagnostics;
using Orders.Http;
using Orders.Model;
using Telemetry;

namespace Orders;

/// <summary>The function for a timer: adds up the orders of the previous day.</summary>
/// <param name="clock">Tells the current day in UTC.</param>
/// <param name="report">Reads the day's orders.</param>
public sealed class DailySummary(TimeProvider clock, SalesReport report)
{
    private const string Name = "daily-summary";

    /// <summary>Runs the function.</summary>
    /// <param name="tick">The data of the timer.</param>
    /// <param name="cancellationToken">Ends the function.</param>
    /// <exception cref="Exception">The report or the audit failed.</exception>
    public Task InvokeAsync(TimerTick tick, CancellationToken cancellationToken) =>
        TracedFunction.RunAsync(Name, "timer", tick.TraceParent, activity => SummariseAsync(tick, activity, cancellationToken));

    private async Task SummariseAsync(TimerTick tick, Activity activity, CancellationToken cancellationToken)
    {
        var day = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(-1);
        activity.SetTag("day", $"{day:O}");
        if (tick.IsLate)
            TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Warn, "the timer is late").With("day", $"{day:O}"));

        var sales = await report(day, cancellationToken);
        await TelemetryQueue.SendAsync(
            TelemetryEvent.Audit("day.closed").With("day", $"{day:O}").With("orders", sales.Orders)
                .With("revenue", sales.Revenue),
            cancellationToken);
        TelemetryQueue.Send(TelemetryEvent.Metric("sales.orders", sales.Orders, "{order}").With("day", $"{day:O}"));
        TelemetryQueue.Send(TelemetryEvent.Metric("sales.revenue", (double)sales.Revenue).With("day", $"{day:O}"));
        TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Info, "day closed")
            .With("day", $"{day:O}")
            .With("orders", sales.Orders)
            .With("declined", sales.Declined));
    }
}
