using System.Diagnostics;
using System.Text.Json;
using Orders.Messages;
using Orders.Model;
using Telemetry;

namespace Orders;

/// <summary>
/// The function for the queue of payments:
/// <c>{"orderId":"...","amount":9.5,"method":"...","lines":[...],"traceparent":"..."}</c>. A paid order is sent to
/// <see cref="UpdateInventory"/>; a declined payment needs nothing more; after a failure the queue delivers the message again.
/// </summary>
/// <param name="clock">The clock of durations.</param>
/// <param name="gateway">Executes the payment.</param>
/// <param name="next">Sends the message for the inventory.</param>
public sealed class ProcessPayment(TimeProvider clock, PaymentGateway gateway, MessageOutput next)
{
    private const string Name = "process-payment";

    /// <summary>Runs the function for one message.</summary>
    /// <exception cref="MessageException">The message is no payment.</exception>
    /// <exception cref="Exception">The gateway, the audit or the next queue failed; the queue must deliver the message
    /// again.</exception>
    public Task InvokeAsync(FunctionMessage message, CancellationToken cancellationToken) =>
        MessageFunction.RunAsync(
            Name, message, MessagesJson.Default.Payment, (payment, activity) => PayAsync(payment, activity, cancellationToken));

    private async Task PayAsync(Payment payment, Activity activity, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var paid = await gateway(payment, cancellationToken);
        var outcome = paid ? "authorised" : "declined";
        // The audit event comes first. If it fails, the message is delivered again, and the gateway gives the same answer again.
        await TelemetryQueue.SendAsync(
            TelemetryEvent.Audit($"payment.{outcome}").With("orderId", payment.OrderId).With("amount", payment.Amount),
            cancellationToken);
        if (paid)
            await HandOnAsync(payment, activity, cancellationToken);
        Report(payment, outcome, clock.GetElapsedTime(start));
    }

    private Task HandOnAsync(Payment payment, Activity activity, CancellationToken cancellationToken)
    {
        var change = new InventoryChange(payment.OrderId, payment.Lines, activity.Id);
        return next(JsonSerializer.SerializeToUtf8Bytes(change, MessagesJson.Default.InventoryChange), cancellationToken);
    }

    private static void Report(Payment payment, string outcome, TimeSpan duration)
    {
        var level = outcome is "declined" ? TelemetryLevel.Warn : TelemetryLevel.Info;
        TelemetryQueue.Send(TelemetryEvent.Log(level, $"payment {outcome}")
            .With("orderId", payment.OrderId)
            .With("amount", payment.Amount));
        TelemetryQueue.Send(TelemetryEvent.Metric("payments.processed", 1, "{payment}").With("outcome", outcome));
        TelemetryQueue.Send(TelemetryEvent.Metric("payments.duration", duration.TotalMilliseconds, "ms"));
    }
}
