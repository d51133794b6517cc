using System.Diagnostics;
using Telemetry;

namespace Orders.Http;

/// <summary>Runs each function in a span that continues the caller's trace, and logs its failures.</summary>
public static class TracedFunction
{
    /// <summary>
    /// Runs an HTTP function. The events that it sends and its answer carry the span's <c>traceparent</c>.
    /// </summary>
    /// <param name="name">The span's name, such as <c>create-order</c>.</param>
    /// <param name="request">The request, with the caller's trace.</param>
    /// <param name="function">The function. The tags that it sets on the activity become attributes of the span.</param>
    public static Task<FunctionResponse> RunAsync(
        string name, FunctionRequest request, Func<Activity, Task<FunctionResponse>> function) =>
        RunAsync(name, "http", request.TraceParent, request.TraceState, async activity =>
        {
            var response = await function(activity);
            activity.SetTag("http.response.status_code", response.Status);
            if (response.Status >= 500)
                activity.SetStatus(ActivityStatusCode.Error);
            return response with { TraceResponse = activity.Id };
        });

    /// <summary>Runs a function of a queue or a timer, for which no caller waits.</summary>
    /// <param name="name">The span's name, such as <c>process-payment</c>.</param>
    /// <param name="trigger">OpenTelemetry's name of the trigger: <c>pubsub</c> or <c>timer</c>.</param>
    /// <param name="traceParent">The sender's trace in W3C's format; null if there is none.</param>
    /// <param name="function">The function. Its exceptions are logged and thrown again.</param>
    public static Task RunAsync(string name, string trigger, string? traceParent, Func<Activity, Task> function) =>
        RunAsync(name, trigger, traceParent, traceState: null, async activity =>
        {
            await function(activity);
            return true;
        });

    private static async Task<T> RunAsync<T>(
        string name, string trigger, string? traceParent, string? traceState, Func<Activity, Task<T>> function)
    {
        using var activity = Start(name, traceParent, traceState);
        activity.SetTag("faas.trigger", trigger);
        try
        {
            return await function(activity);
        }
        catch (Exception e)
        {
            activity.SetStatus(ActivityStatusCode.Error);
            TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Error, $"{name} failed").With(e));
            throw;
        }
        finally
        {
            activity.Stop();
            TelemetryQueue.Send(TelemetryEvent.Span(activity));
        }
    }

    // The activity belongs to no source, so spans are sent even if nobody listens to a source.
    private static Activity Start(string name, string? traceParent, string? traceState)
    {
        var activity = new Activity(name);
        if (ActivityContext.TryParse(traceParent, traceState, out var parent))
        {
            activity.SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags);
            activity.TraceStateString = parent.TraceState;
        }

        return activity.Start();
    }
}
