using System.Diagnostics;
using System.Text.Json;
using Orders.Model;
using Telemetry;

namespace HostFigures;

/// <summary>
/// The function that is measured: adds an order up. It has no audit event, so nothing in it waits for the queue. With
/// <c>QUOTE_TELEMETRY</c> set to <c>off</c> it calls no line of the telemetry library.
/// </summary>
internal static class Quote
{
    internal static readonly bool WithTelemetry = Environment.GetEnvironmentVariable("QUOTE_TELEMETRY") is not "off";

    internal static byte[] Answer(ReadOnlySpan<byte> body)
    {
        var order = JsonSerializer.Deserialize(body, OrdersJson.Default.Order)!;
        var total = order.Lines!.Sum(line => line!.Quantity!.Value * line.Price!.Value);
        var answer = JsonSerializer.SerializeToUtf8Bytes(new OrderCreated("quote", total), OrdersJson.Default.OrderCreated);
        if (WithTelemetry)
            Tell(order, total);
        return answer;
    }

    private static void Tell(Order order, decimal total)
    {
        using var activity = new Activity("quote").Start();
        TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Info, "order quoted")
            .With("customer", order.Customer)
            .With("lines", order.Lines!.Count)
            .With("total", total));
        TelemetryQueue.Send(TelemetryEvent.Metric("orders.quoted", 1, "{order}"));
        TelemetryQueue.Send(TelemetryEvent.Metric("orders.quote.total", (double)total));
        activity.Stop();
        TelemetryQueue.Send(TelemetryEvent.Span(activity));
    }
}
