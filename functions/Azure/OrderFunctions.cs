using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Orders;
using Orders.Http;
using Orders.Messages;
using Orders.Model;

namespace Functions.Azure;

/// <summary>The order functions with the triggers and outputs of Azure Functions.</summary>
public sealed class OrderFunctions(
    CreateOrder createOrder, UpdateInventory updateInventory, DailySummary dailySummary, TimeProvider clock)
{
    /// <summary>Creates an order and answers its identity.</summary>
    [Function(nameof(CreateOrder))]
    public async Task<IActionResult> CreateOrderAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "orders")] HttpRequest request,
        FunctionContext context)
    {
        using var body = new MemoryStream((int)Math.Min(request.ContentLength ?? 0, 1024 * 1024));
        await request.Body.CopyToAsync(body, context.CancellationToken);
        var call = new FunctionRequest(
            body.GetBuffer().AsMemory(0, (int)body.Length),
            (string?)request.Headers.TraceParent ?? context.TraceContext.TraceParent)
        {
            TraceState = request.Headers.TraceState,
        };
        return new FunctionResult(await createOrder.InvokeAsync(call, context.CancellationToken));
    }

    /// <summary>Pays an order.</summary>
    /// <returns>The message for the inventory, which the host stores when the invocation succeeds; null for a declined
    /// payment.</returns>
    [Function(nameof(ProcessPayment))]
    [QueueOutput("inventory")]
    public async Task<string?> ProcessPaymentAsync(
        [QueueTrigger("payments")] string payment, string id, long dequeueCount, FunctionContext context)
    {
        string? output = null;
        var processPayment = new ProcessPayment(clock, SamplePaymentGateway.AuthoriseAsync, (body, _) =>
        {
            output = Encoding.UTF8.GetString(body.Span);
            return Task.CompletedTask;
        });
        await processPayment.InvokeAsync(Message(payment, id, dequeueCount, context), context.CancellationToken);
        return output;
    }

    /// <summary>Takes a paid order out of the stock.</summary>
    [Function(nameof(UpdateInventory))]
    public Task UpdateInventoryAsync(
        [QueueTrigger("inventory")] string change, string id, long dequeueCount, FunctionContext context) =>
        updateInventory.InvokeAsync(Message(change, id, dequeueCount, context), context.CancellationToken);

    /// <summary>Adds up the day before.</summary>
    [Function(nameof(DailySummary))]
    public Task DailySummaryAsync([TimerTrigger("0 0 1 * * *")] TimerInfo timer, FunctionContext context) =>
        dailySummary.InvokeAsync(new TimerTick(timer.IsPastDue, context.TraceContext.TraceParent), context.CancellationToken);

    private static FunctionMessage Message(string text, string id, long delivery, FunctionContext context) =>
        new(id, Encoding.UTF8.GetBytes(text), delivery, context.TraceContext.TraceParent);
}
