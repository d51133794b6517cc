using Bridge.RabbitMq.DeadLetters;
using Telemetry.Wire;

namespace Bridge.Tools.Audit;

/// <summary>The batch or event that a dead letter contains.</summary>
/// <param name="Sender">The sending process; null for a plain event.</param>
/// <param name="Sequence">Number of the batch.</param>
/// <param name="Event">The event, when the letter is a single event; null when it is the batch or a chunk of it.</param>
internal sealed record DeadLetterPlace(SenderId? Sender, uint Sequence, EventPlace? Event)
{
    private static readonly DeadLetterPlace Plain = new(null, 0, null);

    // A header that exceeds the bridge's limits still names its batch.
    private static readonly CodecLimits NoLimits = new()
    {
        Chunks = ushort.MaxValue,
        SealedBytes = int.MaxValue,
        BatchBytes = int.MaxValue,
        EventBytes = int.MaxValue,
    };

    /// <summary>Reads the headers of an event, or decodes the text of a message.</summary>
    /// <returns>Null when neither names a place, and for a part of an incomplete letter.</returns>
    public static DeadLetterPlace? From(KeptDeadLetter letter)
    {
        if (letter.Problem is not null)
            return null;
        if (!EventPlace.TryRead(letter.MessageId, name => letter.Headers.GetValueOrDefault(name), out var place))
            return null;
        if (place is { } found)
            return new DeadLetterPlace(found.Sender, found.Sequence, found);
        if (letter.RoutingKey is not null)
            return Plain;

        using var message = MessageText.Decode(letter.Body.Span, NoLimits);
        return message switch
        {
            { Refusal: not null } => null,
            { Header: { } header } => new DeadLetterPlace(header.Batch.Sender, header.Batch.Sequence, null),
            _ => Plain,
        };
    }
}
