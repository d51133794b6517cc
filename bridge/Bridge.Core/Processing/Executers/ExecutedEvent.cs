using static System.FormattableString;

namespace Bridge.Core.Processing.Executers;

/// <summary>An event that executers have made.</summary>
/// <param name="Json">The event.</param>
/// <param name="Part">
/// Its position among the events made of one, from 0; null when the executers make exactly one of each. Executers are functions
/// of their input, so that a repeated request gives each part the same number.
/// </param>
internal readonly record struct ExecutedEvent(byte[] Json, int? Part)
{
    /// <summary>
    /// The last part of the event's <c>message_id</c>: <c>7</c> for event 7 of a batch; <c>7.0</c>, <c>7.1</c> ... for what was
    /// made of it. The gateway puts the batch's identity and a hyphen in front of it.
    /// </summary>
    /// <param name="ordinal">The position of the event that went in, from 0.</param>
    public string IdOf(int ordinal) => Part is { } part ? Invariant($"{ordinal}.{part}") : Invariant($"{ordinal}");
}
