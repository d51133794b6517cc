using Bridge.Core.Publishing;

namespace Bridge.Core.DeadLetters;

/// <summary>
/// Dead letters as messages to publish: one for each letter, or several parts when the letter is larger than the broker accepts.
/// </summary>
internal sealed class DeadPublication : IPublication
{
    private readonly IReadOnlyList<DeadMessage> _letters;
    private readonly DateTimeOffset _now;
    private readonly List<(int Letter, LetterPart? Part)> _messages = [];

    /// <param name="letters">The dead letters.</param>
    /// <param name="maxBytes">Largest body in bytes that the broker is known to accept.</param>
    /// <param name="now">The present time.</param>
    public DeadPublication(IReadOnlyList<DeadMessage> letters, long maxBytes, DateTimeOffset now)
    {
        (_letters, _now) = (letters, now);
        for (var letter = 0; letter < letters.Count; letter++)
            _messages.AddRange(LetterPart.Split(letters[letter].Body, maxBytes).Select(part => (letter, part)));
    }

    /// <inheritdoc/>
    public int Count => _messages.Count;

    /// <inheritdoc/>
    public OutgoingMessage this[int index] => _letters[_messages[index].Letter].ToMessage(_now, _messages[index].Part);

    /// <summary>Index of the letter that a message belongs to.</summary>
    public int LetterOf(int index) => _messages[index].Letter;
}
