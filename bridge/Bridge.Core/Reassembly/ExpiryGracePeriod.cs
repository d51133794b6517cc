namespace Bridge.Core.Reassembly;

/// <summary>
/// Decides when no batch may be given up: after the broker, or work that waits for it, has delayed chunks. What a batch lacks may then
/// be on its way.
/// </summary>
/// <param name="length">How long the period lasts after a delay.</param>
internal sealed class ExpiryGracePeriod(TimeSpan length)
{
    // What takes longer was delayed.
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(2);

    private DateTimeOffset _end;
    private DateTimeOffset? _takingSince;
    private DateTimeOffset? _fullSince;

    /// <summary>True while nothing is to be given up.</summary>
    public bool IsOn(DateTimeOffset now) => now < _end || IsLong(_takingSince, now) || IsLong(_fullSince, now);

    /// <summary>Notes that a chunk is being taken; those behind it wait.</summary>
    public void BeginTake(DateTimeOffset now) => _takingSince = now;

    /// <summary>Notes that the chunk is taken.</summary>
    public void EndTake(DateTimeOffset now)
    {
        NoteAnswer(_takingSince!.Value, now);
        _takingSince = null;
    }

    /// <summary>
    /// Notes how many chunks are unsettled. At the limit the broker hands out no more, so that chunks which a batch lacks may lie in the
    /// queue, behind batches that wait to be published.
    /// </summary>
    /// <param name="chunks">Unsettled chunks.</param>
    /// <param name="most">The number that the broker may hand out.</param>
    /// <param name="now">The time.</param>
    public void NoteUnsettled(int chunks, int most, DateTimeOffset now)
    {
        if (chunks >= most)
        {
            _fullSince ??= now;
        }
        else if (_fullSince is { } since)
        {
            NoteAnswer(since, now);
            _fullSince = null;
        }
    }

    /// <summary>Notes that the broker has answered.</summary>
    /// <param name="asked">The time before it was asked.</param>
    /// <param name="now">The time.</param>
    public void NoteAnswer(DateTimeOffset asked, DateTimeOffset now)
    {
        if (IsLong(asked, now))
            _end = now + length;
    }

    private static bool IsLong(DateTimeOffset? since, DateTimeOffset now) => since is { } begun && now - begun > LongestAnswer;
}
