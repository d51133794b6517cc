namespace Telemetry.Lambda;

/// <summary>One message of a queue.</summary>
/// <param name="Id">Its identity, the same on every delivery.</param>
/// <param name="Body">Its text.</param>
public sealed record SqsMessage(string Id, string Body)
{
    /// <summary>The how-manieth delivery this is, from 1.</summary>
    public long Delivery { get; init; } = 1;

    /// <summary>
    /// The trace it belongs to, as W3C writes it: the message's attribute <c>traceparent</c>, else the sender's X-Ray trace,
    /// else the invocation's; null where there is none.
    /// </summary>
    public string? TraceParent { get; init; }
}
