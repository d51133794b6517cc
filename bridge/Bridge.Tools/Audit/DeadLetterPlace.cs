using Bridge.RabbitMq.DeadLetters;
using Telemetry.Wire;

namespace Bridge.Tools.Audit;

/// <summary>What a dead letter is a part of.</summary>
/// <param name="Sender">The sending process; null for a plain event.</param>
/// <param name="Sequence">Number of the batch.</param>
/// <param name="Event">Set when it is a single event; null for a message: the batch, or a chunk of it.</param>
internal sealed record DeadLetterPlace(SenderId? Sender, uint Sequence, EventPlace? Event)
{
    private static readonly DeadLetterPlace Plain = new(null, 0, null);

    // Whatever a header claims, it names its batch.
    private static readonly CodecLimits NoLimits = new()
    {
        Chunks = ushort.MaxValue,
        SealedBytes = int.MaxValue,
        BatchBytes = int.MaxValue,
        EventBytes = int.MaxValue,
    };

    /// <summary>Reads the headers of an event, and decodes the text of a message.</summary>
    /// <returns>Null when neither contains a place, and for a part of an incomplete letter.</returns>
    public static DeadLetterPlace? Of(KeptDeadLetter letter)
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
