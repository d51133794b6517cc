namespace Bridge.Tools.Audit;

/// <summary>What an audit is asked to do. Exactly one of <see cref="Queue"/>, <see cref="Window"/> and <see cref="File"/> is set.</summary>
internal sealed record AuditRequest
{
    /// <summary>1 GiB: about a million usual events.</summary>
    public const long StandardMaxBytes = 1L << 30;

    /// <summary>An existing queue to read to its current end.</summary>
    public string? Queue { get; init; }

    /// <summary>Bytes of its messages that may be held at once, counting about an extra KiB for each message.</summary>
    public long MaxBytes { get; init; } = StandardMaxBytes;

    /// <summary>Removes from the queue what was read.</summary>
    public bool Consume { get; init; }

    /// <summary>How long to listen to the exchange.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>How long to listen before: batches under way when the listening begins are no gaps.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>How long to wait behind the window for what is missing, at most.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>Binding keys of the listening queue.</summary>
    public IReadOnlyList<string> Bindings { get; init; } = ["#"];

    /// <summary>A file of <see cref="SeenEventLines"/>; <c>-</c> for standard input.</summary>
    public string? File { get; init; }

    /// <summary>Counts from sequence 0.</summary>
    public bool FromZero { get; init; }

    /// <summary>Reads the dead-letter queue too.</summary>
    public bool Dead { get; init; }

    /// <summary>File to write the events' headers to.</summary>
    public string? Export { get; init; }

    /// <summary>Writes the report as JSON.</summary>
    public bool Json { get; init; }
}
