namespace Bridge.RabbitMq.Publishing;

/// <summary>What bounds a session.</summary>
/// <param name="Messages">Messages that may await an answer, at least 1.</param>
/// <param name="Bytes">Bytes of their bodies; one larger message is written alone.</param>
/// <param name="ConfirmTimeout">How long the broker may take to answer for a message.</param>
/// <param name="NackLimit">The age from which on a nack retires the session.</param>
internal sealed record SessionLimits(int Messages, long Bytes, TimeSpan ConfirmTimeout, TimeSpan NackLimit);

/// <summary>How a publishing session stands.</summary>
internal record struct SessionStatus
{
    /// <summary>Publications under way.</summary>
    public int Publications { get; set; }

    /// <summary>Messages that await an answer.</summary>
    public int Messages { get; set; }

    /// <summary>Bytes of their bodies.</summary>
    public long Bytes { get; set; }

    /// <summary>Why the broker blocks publishers; null while it does not.</summary>
    public string? BlockedReason { get; set; }

    /// <summary>True when a new channel may get through what this one nacks: no further publication should begin.</summary>
    public bool IsRetired { get; set; }

    /// <summary>Why nothing is written or awaited any more; null before.</summary>
    public string? GivenUpReason { get; set; }

    /// <summary>Messages whose fate was unknown when the session was given up.</summary>
    public int Unanswered { get; set; }

    /// <summary>Why the session must be replaced now; null before.</summary>
    public string? EndReason { get; set; }

    /// <summary>True when a publication could be written now.</summary>
    public readonly bool IsReady => BlockedReason is null && !IsRetired && GivenUpReason is null;

    /// <summary>True when fewer bytes await an answer, or with the same bytes fewer publications are under way.</summary>
    public readonly bool IsLessLoadedThan(in SessionStatus other) =>
        Bytes < other.Bytes || (Bytes == other.Bytes && Publications < other.Publications);
}
