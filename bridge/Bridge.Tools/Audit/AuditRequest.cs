namespace Bridge.Tools.Audit;

/// <summary>
/// Options of an audit. Exactly one of <see cref="Queue"/>, <see cref="Window"/> and <see cref="File"/> is set.
/// </summary>
internal sealed record AuditRequest
{
    /// <summary>1 GiB: about a million events of usual size.</summary>
    public const long DefaultMaxBytes = 1L << 30;

    /// <summary>An existing queue to read to its current end.</summary>
    public string? Queue { get; init; }

    /// <summary>Bytes of messages that may be held at once, counting about an extra KiB for each message.</summary>
    public long MaxBytes { get; init; } = DefaultMaxBytes;

    /// <summary>Removes the messages that were read from the queue.</summary>
    public bool Consume { get; init; }

    /// <summary>How long to listen to the exchange.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>
    /// How long to listen before the window. Batches that are in transit at the beginning then count as no gaps.
    /// </summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>How long to wait after the window for missing events, at most.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>Binding keys of the queue that listens.</summary>
    public IReadOnlyList<string> Bindings { get; init; } = ["#"];

    /// <summary>A file of <see cref="SeenEventLines"/>; <c>-</c> for standard input.</summary>
    public string? File { get; init; }

    /// <summary>Expects every batch from sequence 0 on.</summary>
    public bool FromZero { get; init; }

    /// <summary>Reads the dead-letter queue too.</summary>
    public bool Dead { get; init; }

    /// <summary>File to write the events to, as <see cref="SeenEventLines"/>.</summary>
    public string? Export { get; init; }

    /// <summary>Writes the report as JSON.</summary>
    public bool Json { get; init; }
}
