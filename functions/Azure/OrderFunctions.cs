using System.Text;
using System.Text.Json;
using Functions.Azure.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Orders;
using Orders.Messages;
using Orders.Model;

namespace Functions.Azure;

/// <summary>The order functions at the paths and bindings that their function.json name.</summary>
internal static class OrderFunctions
{
    internal static void MapOrderFunctions(this WebApplication app, TimeProvider clock)
    {
        var createOrder = new CreateOrder(clock);
        var updateInventory = new UpdateInventory(new SampleStock().TakeAsync);
        var dailySummary = new DailySummary(clock, SampleSalesReport.ReadAsync);

        app.MapFunction(HttpMethods.Post, "/api/orders", createOrder.InvokeAsync);
        app.MapTrigger(nameof(ProcessPayment), (trigger, cancellationToken) => PayAsync(trigger, clock, cancellationToken));
        app.MapTrigger(nameof(UpdateInventory), async (trigger, cancellationToken) =>
        {
            await updateInventory.InvokeAsync(MessageOf(trigger, "change"), cancellationToken);
            return new TriggerResponse();
        });
        app.MapTrigger(nameof(DailySummary), async (trigger, cancellationToken) =>
        {
            await dailySummary.InvokeAsync(TickOf(trigger), cancellationToken);
            return new TriggerResponse();
        });
    }

    // The host stores what the answer holds: the message for the inventory leaves with the invocation's success, and only then.
    private static async Task<TriggerResponse> PayAsync(TriggerRequest trigger, TimeProvider clock, CancellationToken cancellationToken)
    {
        var response = new TriggerResponse();
        var processPayment = new ProcessPayment(clock, SamplePaymentGateway.AuthoriseAsync, (body, _) =>
        {
            response.Add("inventory", body);
            return Task.CompletedTask;
        });
        await processPayment.InvokeAsync(MessageOf(trigger, "payment"), cancellationToken);
        return response;
    }

    private static FunctionMessage MessageOf(TriggerRequest trigger, string binding) => new(
        trigger.Metadata("Id") ?? "unknown",
        Encoding.UTF8.GetBytes(trigger.Text(binding)),
        trigger.MetadataNumber("DequeueCount") ?? 1,
        trigger.TraceParent);

    private static TimerTick TickOf(TriggerRequest trigger)
    {
        using var timer = JsonDocument.Parse(trigger.Text("timer"));
        var isLate = timer.RootElement.TryGetProperty("IsPastDue", out var late) && late.ValueKind is JsonValueKind.True;
        return new TimerTick(isLate, trigger.TraceParent);
    }
}
