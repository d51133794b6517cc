namespace Telemetry;

/// <summary>Counts of a client since it was created: <c>Accepted = Sent + Dropped + Waiting</c>.</summary>
/// <param name="Accepted">Events given to <c>Send</c>, events that the client added itself, and events that <c>SendAsync</c> has
/// sent.</param>
/// <param name="Sent">Events that the queue has accepted.</param>
/// <param name="Dropped">Events given up: the buffer was full, or the event could never be sent.</param>
/// <param name="Messages">Queue messages that carried the events sent.</param>
public readonly record struct TelemetryStatistics(long Accepted, long Sent, long Dropped, long Messages)
{
    /// <summary>Events in the buffer, or in batches that the queue has not accepted yet.</summary>
    public long Waiting => Accepted - Sent - Dropped;

    /// <summary>Events that were not sent because sampling does not keep their trace. They do not count as accepted.</summary>
    public long SampledOut { get; init; }
}
