using System.Diagnostics;
using Orders.Http;
using Orders.Model;
using Telemetry;
using Telemetry.Queues;

namespace Orders;

/// <summary>
/// The function for <c>POST /api/orders</c>. It takes <c>{"customer":"...","lines":[{"sku":"...","quantity":1,"price":9.5}]}</c>
/// and answers 201 <c>{"orderId":"...","total":9.5}</c>, 400 for a body that is no order, or 503 when the audit event could not
/// be sent.
/// </summary>
/// <param name="clock">The clock of identities, durations and the audit's time limit.</param>
/// <param name="auditTimeout">How long the audit event may take, since the caller waits for it; 3 s when null.</param>
public sealed class CreateOrder(TimeProvider clock, TimeSpan? auditTimeout = null)
{
    private const string Name = "create-order";
    private const string NotAudited = "the order was not created: its audit event could not be stored; try again";

    // Orders with a higher total are rare, so each is logged with all its lines.
    private const int SnapshotAbove = 100;

    private readonly TimeSpan _auditTimeout = auditTimeout ?? TimeSpan.FromSeconds(3);

    /// <summary>Runs the function.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled before the order was audited.</exception>
    public Task<FunctionResponse> InvokeAsync(FunctionRequest request, CancellationToken cancellationToken) =>
        TracedFunction.RunAsync(Name, request, activity => CreateAsync(request, activity, cancellationToken));

    private async Task<FunctionResponse> CreateAsync(
        FunctionRequest request, Activity activity, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var (order, problem) = OrderReader.Read(request.Body);
        if (order is null)
            return Refuse(problem!);

        var created = new OrderCreated($"{Guid.CreateVersion7(clock.GetUtcNow())}", OrderTotal.Of(order));
        activity.SetTag("order.id", created.OrderId);
        // The order counts as created when its audit event is stored; before that, nothing has an effect. So a caller who gets
        // 503 may repeat the request.
        if (!await TryAuditAsync(created, order, cancellationToken))
            return FunctionResponse.Problem(503, NotAudited) with { RetryAfter = 1 };

        Report(created, order, clock.GetElapsedTime(start));
        return FunctionResponse.Json(201, created, OrdersJson.Default.OrderCreated);
    }

    private async Task<bool> TryAuditAsync(OrderCreated created, Order order, CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(_auditTimeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        try
        {
            var audit = TelemetryEvent.Audit("order.created")
                .With("orderId", created.OrderId)
                .With("customer", order.Customer)
                .With("lines", order.Lines!.Count)
                .With("total", created.Total);
            await TelemetryQueue.SendAsync(audit, both.Token);
            return true;
        }
        catch (Exception e) when (
            e is QueueException or TimeoutException or InvalidOperationException || time.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Error, "order not audited")
                .With("orderId", created.OrderId)
                .With(e));
            return false;
        }
    }

    private static void Report(OrderCreated created, Order order, TimeSpan duration)
    {
        var lines = order.Lines!;
        TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Info, "order created")
            .With("orderId", created.OrderId)
            .With("lines", lines.Count)
            .With("total", created.Total));
        TelemetryQueue.Send(TelemetryEvent.Metric("orders.created", 1, "{order}"));
        TelemetryQueue.Send(TelemetryEvent.Metric("orders.create.duration", duration.TotalMilliseconds, "ms"));
        if (lines.Count > SnapshotAbove)
        {
            TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Info, "order.snapshot")
                .With("orderId", created.OrderId)
                .With("lines", lines, OrdersJson.Default.IReadOnlyListOrderLine));
        }
    }

    private static FunctionResponse Refuse(string problem)
    {
        TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Warn, "order refused").With("reason", problem));
        TelemetryQueue.Send(TelemetryEvent.Metric("orders.refused", 1, "{order}"));
        return FunctionResponse.Problem(400, problem);
    }
}
