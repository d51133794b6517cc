namespace Orders.Http;

/// <summary>The request of an HTTP function, independent of the cloud.</summary>
/// <param name="Body">The body's bytes; empty if there is none.</param>
/// <param name="TraceParent">The header <c>traceparent</c> as it came; null if there is none.</param>
public sealed record FunctionRequest(ReadOnlyMemory<byte> Body, string? TraceParent = null)
{
    /// <summary>The header <c>tracestate</c> as it came; null if there is none.</summary>
    public string? TraceState { get; init; }
}
