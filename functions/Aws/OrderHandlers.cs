using System.Text;
using Telemetry.Lambda;
using Orders;
using Orders.Messages;
using Orders.Model;

namespace Functions.Aws;

/// <summary>The order functions. An instance serves the one that Lambda's setting <c>Handler</c> names.</summary>
internal static class OrderHandlers
{
    /// <summary>Creates the handler.</summary>
    /// <param name="name">The function's name; null means CreateOrder.</param>
    /// <param name="clock">The functions' clock.</param>
    /// <exception cref="InvalidOperationException">There is no such function, or its configuration is missing.</exception>
    internal static LambdaHandler Create(string? name, TimeProvider clock) => name switch
    {
        null or "" or nameof(CreateOrder) => HttpFunction.Handler(new CreateOrder(clock).InvokeAsync),
        nameof(ProcessPayment) => MessageFunction(
            new ProcessPayment(
                clock, SamplePaymentGateway.AuthoriseAsync, new QueueOutput("INVENTORY_QUEUE", clock).SendAsync).InvokeAsync),
        nameof(UpdateInventory) => MessageFunction(new UpdateInventory(new SampleStock().TakeAsync).InvokeAsync),
        nameof(DailySummary) => TimerFunction(new DailySummary(clock, SampleSalesReport.ReadAsync)),
        _ => throw new InvalidOperationException(
            $"the handler '{name}' is none of CreateOrder, ProcessPayment, UpdateInventory, DailySummary:"
            + " correct the setting Handler, on the managed runtime ORDER_FUNCTION"),
    };

    private static LambdaHandler MessageFunction(Func<FunctionMessage, CancellationToken, Task> function) =>
        SqsEvents.Handler((message, cancellationToken) => function(
            new FunctionMessage(message.Id, Encoding.UTF8.GetBytes(message.Body), message.Delivery, message.TraceParent),
            cancellationToken));

    private static LambdaHandler TimerFunction(DailySummary function) =>
        ScheduledEvents.Handler((tick, cancellationToken) =>
            function.InvokeAsync(new TimerTick(TraceParent: tick.TraceParent), cancellationToken));
}
