using Telemetry.Aws;

namespace Functions.Aws.Hosting;

/// <summary>One invocation as the Runtime API hands it out.</summary>
public sealed record LambdaInvocation
{
    /// <summary>The invocation's identity; the answer names it.</summary>
    public required string RequestId { get; init; }

    /// <summary>When the platform ends the invocation, by the wall clock.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>The X-Ray trace header; null where there is none.</summary>
    public string? TraceId { get; init; }

    /// <summary>The same trace as W3C writes it: what an event continues that carries no <c>traceparent</c> of its own.</summary>
    public string? TraceParent => XRayTrace.ToTraceParent(TraceId);

    /// <summary>The ARN that was invoked, with version or alias; null where there is none.</summary>
    public string? FunctionArn { get; init; }

    /// <summary>The event, as it came.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }
}
