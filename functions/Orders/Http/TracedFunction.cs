using System.Diagnostics;
using Telemetry;

namespace Orders.Http;

/// <summary>What all functions share: each runs in a span that continues its caller's trace, and a failure is told.</summary>
public static class TracedFunction
{
    /// <summary>Runs a function; what it sends meanwhile carries the span's <c>traceparent</c>.</summary>
    /// <param name="name">The span's name, such as <c>create-order</c>.</param>
    /// <param name="request">Names the caller's trace.</param>
    /// <param name="function">Does the work; its tags on the activity become the span's attributes.</param>
    public static async Task<FunctionResponse> RunAsync(
        string name, FunctionRequest request, Func<Activity, Task<FunctionResponse>> function)
    {
        using var activity = Start(name, request.TraceParent);
        try
        {
            var response = await function(activity);
            activity.SetTag("http.response.status_code", response.Status);
            if (response.Status >= 500)
                activity.SetStatus(ActivityStatusCode.Error);
            return response;
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
    private static Activity Start(string name, string? traceParent)
    {
        var activity = new Activity(name);
        if (ActivityContext.TryParse(traceParent, traceState: null, out var parent))
            activity.SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags);
        return activity.Start();
    }
}
