namespace Orders.Http;

/// <summary>What an HTTP function sees of its request, whichever cloud carried it.</summary>
/// <param name="Body">The body's bytes; empty where there is none.</param>
/// <param name="TraceParent">The header <c>traceparent</c> as it came; null where there is none.</param>
public sealed record FunctionRequest(ReadOnlyMemory<byte> Body, string? TraceParent = null)
{
    /// <summary>The header <c>tracestate</c> as it came; null where there is none.</summary>
    public string? TraceState { get; init; }
}
