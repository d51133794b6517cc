namespace Telemetry;

/// <summary>What a client did so far: <c>Accepted = Sent + Dropped + Waiting</c>.</summary>
/// <param name="Accepted">Events handed to the client, those that it adds itself included; of <c>SendAsync</c> those that were sent.</param>
/// <param name="Sent">Events that the queue has accepted.</param>
/// <param name="Dropped">Events given up: the buffer was full, or the event could never be sent.</param>
/// <param name="Messages">Queue messages that carried the events sent.</param>
public readonly record struct TelemetryStatistics(long Accepted, long Sent, long Dropped, long Messages)
{
    /// <summary>Events on their way: in the buffer, or in batches that the queue has not accepted yet.</summary>
    public long Waiting => Accepted - Sent - Dropped;

    /// <summary>Events left out because sampling does not keep their trace; they are not among the accepted.</summary>
    public long SampledOut { get; init; }
}
