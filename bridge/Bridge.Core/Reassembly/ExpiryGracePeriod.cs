namespace Bridge.Core.Reassembly;

/// <summary>
/// Decides when no batch may expire. After the broker, or work that waits for it, has delayed chunks, the missing chunks of a
/// batch may still arrive.
/// </summary>
/// <param name="length">Duration of the period after a delay.</param>
internal sealed class ExpiryGracePeriod(TimeSpan length)
{
    // A longer answer counts as a delay.
    private static readonly TimeSpan MaxAnswerTime = TimeSpan.FromSeconds(2);

    private DateTimeOffset _end;
    private DateTimeOffset? _takingSince;
    private DateTimeOffset? _fullSince;

    /// <summary>True while no batch may expire.</summary>
    public bool IsOn(DateTimeOffset now) => now < _end || IsLong(_takingSince, now) || IsLong(_fullSince, now);

    /// <summary>Records that a chunk is being taken. The chunks after it wait meanwhile.</summary>
    public void BeginTake(DateTimeOffset now) => _takingSince = now;

    /// <summary>Records that the chunk is taken.</summary>
    public void EndTake(DateTimeOffset now)
    {
        NoteAnswer(_takingSince!.Value, now);
        _takingSince = null;
    }

    /// <summary>
    /// Records the number of unsettled chunks. At the limit the broker delivers no more, so the missing chunks of a batch may be
    /// in the queue while other batches wait to be published.
    /// </summary>
    /// <param name="chunks">Unsettled chunks.</param>
    /// <param name="limit">Maximum number of unsettled chunks, which is the prefetch.</param>
    /// <param name="now">The time.</param>
    public void NoteUnsettled(int chunks, int limit, DateTimeOffset now)
    {
        if (chunks >= limit)
        {
            _fullSince ??= now;
        }
        else if (_fullSince is { } since)
        {
            NoteAnswer(since, now);
            _fullSince = null;
        }
    }

    /// <summary>Records an answer of the broker.</summary>
    /// <param name="asked">The time before the request.</param>
    /// <param name="now">The time.</param>
    public void NoteAnswer(DateTimeOffset asked, DateTimeOffset now)
    {
        if (IsLong(asked, now))
            _end = now + length;
    }

    private static bool IsLong(DateTimeOffset? since, DateTimeOffset now) => since is { } begun && now - begun > MaxAnswerTime;
}
