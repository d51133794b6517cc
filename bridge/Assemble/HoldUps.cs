namespace Bridge.Assemble;

/// <summary>
/// Notices when the broker, or what waits for it, has held chunks up: then no batch is given up for a while, since what it lacks may be
/// on its way. Safe for several threads.
/// </summary>
/// <param name="grace">The while.</param>
/// <param name="clock">Of this replica.</param>
internal sealed class HoldUps(TimeSpan grace, TimeProvider clock)
{
    // What takes longer was held up.
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private DateTimeOffset _graceEnd;
    private long? _takingSince;

    /// <summary>True while nothing is to be given up.</summary>
    public bool IsGrace
    {
        get
        {
            lock (_gate)
                return clock.GetUtcNow() < _graceEnd || (_takingSince is { } since && IsLong(since));
        }
    }

    /// <summary>Begins to take a chunk; those behind it wait.</summary>
    public void BeginTake()
    {
        lock (_gate)
            _takingSince = clock.GetTimestamp();
    }

    /// <summary>The chunk is taken.</summary>
    public void EndTake()
    {
        lock (_gate)
        {
            NoteAnswerWithin(_takingSince!.Value);
            _takingSince = null;
        }
    }

    /// <summary>Tells that the broker has answered.</summary>
    /// <param name="asked">Timestamp from before it was asked.</param>
    public void NoteAnswer(long asked)
    {
        lock (_gate)
            NoteAnswerWithin(asked);
    }

    private void NoteAnswerWithin(long since)
    {
        if (IsLong(since))
            _graceEnd = clock.GetUtcNow() + grace;
    }

    private bool IsLong(long since) => clock.GetElapsedTime(since) > LongestAnswer;
}
