using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Telemetry.Functions;

/// <summary>Runs an invocation in its trace and under its identity, and flushes what it sent.</summary>
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

    // The worker starts an activity only where somebody listens to its source. Events need the trace in any case.
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
