namespace Bridge.Core.DeadLetters;

/// <summary>A dead letter as the status page shows it.</summary>
internal sealed record ShownLetter(
    string At,
    string Reason,
    string Detail,
    string? Source,
    long Deliveries,
    string MessageId,
    string? RoutingKey,
    int Bytes,
    string? Payload);

/// <summary>The oldest dead letters, or why they cannot be read.</summary>
/// <param name="At">When they were read, Unix milliseconds.</param>
/// <param name="Letters">The oldest ones.</param>
/// <param name="ShowsPayloads">True when each letter includes the beginning of its payload.</param>
/// <param name="Problem">Why the letters cannot be read; null when they can.</param>
internal sealed record ShownLetters(long At, IReadOnlyList<ShownLetter> Letters, bool ShowsPayloads, string? Problem);
