using System.Diagnostics;
using System.Text.Json;
using Orders.Messages;
using Orders.Model;
using Telemetry;

namespace Orders;

/// <summary>
/// The function behind the queue of payments: <c>{"orderId":"...","amount":9.5,"method":"...","lines":[...],"traceparent":"..."}</c>.
/// What is paid goes on to <see cref="UpdateInventory"/>; what is declined is done; what fails is thrown, and its message comes again.
/// </summary>
/// <param name="clock">The clock of durations.</param>
/// <param name="gateway">Moves the money.</param>
/// <param name="next">Takes the message for the inventory.</param>
public sealed class ProcessPayment(TimeProvider clock, PaymentGateway gateway, MessageOutput next)
{
    private const string Name = "process-payment";

    /// <summary>Runs the function for one message.</summary>
    /// <exception cref="MessageException">The message is no payment.</exception>
    /// <exception cref="Exception">The gateway, the audit or the next queue failed: the message must come again.</exception>
    public Task InvokeAsync(FunctionMessage message, CancellationToken cancellationToken) =>
        MessageFunction.RunAsync(
            Name, message, MessagesJson.Default.Payment, (payment, activity) => PayAsync(payment, activity, cancellationToken));

    private async Task PayAsync(Payment payment, Activity activity, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var paid = await gateway(payment, cancellationToken);
        var outcome = paid ? "authorised" : "declined";
        // Before anything follows from it. Should it fail, the message comes again, and the gateway gives the same answer again.
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
        TelemetryQueue.Send(TelemetryEvent.Log(outcome is "declined" ? TelemetryLevel.Warn : TelemetryLevel.Info, $"payment {outcome}")
            .With("orderId", payment.OrderId)
            .With("amount", payment.Amount));
        TelemetryQueue.Send(TelemetryEvent.Metric("payments.processed", 1, "{payment}").With("outcome", outcome));
        TelemetryQueue.Send(TelemetryEvent.Metric("payments.duration", duration.TotalMilliseconds, "ms"));
    }
}
