using System.Diagnostics;
using Telemetry;

namespace Orders.Http;

/// <summary>What all functions share: each runs in a span that continues its caller's trace, and a failure is told.</summary>
public static class TracedFunction
{
    /// <summary>Runs an HTTP function; what it sends meanwhile carries the span's <c>traceparent</c>, and so does its answer.</summary>
    /// <param name="name">The span's name, such as <c>create-order</c>.</param>
    /// <param name="request">Names the caller's trace.</param>
    /// <param name="function">Does the work; its tags on the activity become the span's attributes.</param>
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

    /// <summary>Runs a function that no caller waits for: a queue's or a timer's.</summary>
    /// <param name="name">The span's name, such as <c>process-payment</c>.</param>
    /// <param name="trigger">OpenTelemetry's word for what started it: <c>pubsub</c> or <c>timer</c>.</param>
    /// <param name="traceParent">The trace that led here, as W3C writes it; null where there is none.</param>
    /// <param name="function">Does the work; what it throws is told and thrown on.</param>
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

    // An activity of its own and not a source's: spans are sent whether or not somebody listens.
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
