using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Telemetry.Functions;

/// <summary>Gives an invocation its trace and its <c>requestId</c>, and flushes its events when it ends.</summary>
internal sealed class TelemetryQueueMiddleware : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        TelemetryContext.RequestId = context.InvocationId;
        using var activity = Activity.Current is null ? Continue(context.TraceContext, context.FunctionDefinition.Name) : null;
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            await TelemetryQueue.FlushInvocationAsync().ConfigureAwait(false);
        }
    }

    // The worker starts an activity only if somebody listens to its source, but events always need the trace.
    private static Activity Continue(TraceContext trace, string name)
    {
        var activity = new Activity(name);
        if (ActivityContext.TryParse(trace.TraceParent, trace.TraceState, out var parent))
        {
            activity.SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags);
            activity.TraceStateString = parent.TraceState;
        }

        return activity.Start();
    }
}
