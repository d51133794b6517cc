namespace Bridge.Core.DeadLetters;

/// <summary>A dead letter as it is shown.</summary>
internal sealed record ShownLetter(
    string At, string Reason, string Detail, string? Source, long Deliveries, string MessageId, string? RoutingKey, int Bytes, string? Payload);

/// <summary>Some dead letters, or why they cannot be read.</summary>
/// <param name="At">When they were read, Unix milliseconds.</param>
/// <param name="Letters">The oldest ones.</param>
/// <param name="ShowsPayloads">Whether they come with the beginning of their payload.</param>
/// <param name="Problem">Null, or why there are none.</param>
internal sealed record ShownLetters(long At, IReadOnlyList<ShownLetter> Letters, bool ShowsPayloads, string? Problem);
