using Telemetry.Queues;

namespace Telemetry.Lambda;

/// <summary>One invocation, as the Runtime API returns it.</summary>
public sealed record LambdaInvocation
{
    // The variable in which the platform's own runtimes put the trace header of the current invocation.
    internal const string TraceVariable = "_X_AMZN_TRACE_ID";

    /// <summary>The invocation's identity; the answer names it.</summary>
    public required string RequestId { get; init; }

    /// <summary>When the platform ends the invocation, by the wall clock.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>The X-Ray trace header; null where there is none.</summary>
    public string? TraceId { get; init; }

    /// <summary>The same trace in W3C's format. An event without its own <c>traceparent</c> continues it.</summary>
    public string? TraceParent => XRayTrace.ToTraceParent(TraceId);

    /// <summary>The ARN that was invoked, with version or alias; null where there is none.</summary>
    public string? FunctionArn { get; init; }

    /// <summary>The event, as it came.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }
}
