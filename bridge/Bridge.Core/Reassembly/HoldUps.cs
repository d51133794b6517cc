namespace Bridge.Core.Reassembly;

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
    private long? _fullSince;

    /// <summary>True while nothing is to be given up.</summary>
    public bool IsGrace
    {
        get
        {
            lock (_gate)
                return clock.GetUtcNow() < _graceEnd || HasLasted(_takingSince) || HasLasted(_fullSince);
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

    /// <summary>
    /// Tells how many chunks are unsettled. The broker hands out no more than it may: then the chunks that a batch lacks may lie in the
    /// queue, behind batches that wait to be published.
    /// </summary>
    /// <param name="chunks">Unsettled chunks.</param>
    /// <param name="most">What the broker may hand out.</param>
    public void NoteUnsettled(int chunks, int most)
    {
        lock (_gate)
        {
            if (chunks >= most)
            {
                _fullSince ??= clock.GetTimestamp();
            }
            else if (_fullSince is { } since)
            {
                NoteAnswerWithin(since);
                _fullSince = null;
            }
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

    private bool HasLasted(long? since) => since is { } begun && IsLong(begun);

    private bool IsLong(long since) => clock.GetElapsedTime(since) > LongestAnswer;
}
