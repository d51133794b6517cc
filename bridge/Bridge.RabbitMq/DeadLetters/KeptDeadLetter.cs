using System.Globalization;
using System.Text;
using Bridge.Core.DeadLetters;
using RabbitMQ.Client;

namespace Bridge.RabbitMq.DeadLetters;

/// <summary>A dead letter of the queue, from one message or from all its parts. The channel that read it holds it.</summary>
internal sealed class KeptDeadLetter
{
    // Quorum queues add these headers. They describe the delivery, not the message.
    private const string DeliveryCount = "x-delivery-count";
    private const string AcquiredCount = "x-acquired-count";

    private KeptDeadLetter(BasicGetResult message)
    {
        DeliveryTags = [message.DeliveryTag];
        MessageId = message.BasicProperties.MessageId ?? "";
        ContentType = message.BasicProperties.ContentType;
        Headers = (message.BasicProperties.Headers ?? new Dictionary<string, object?>(StringComparer.Ordinal))
            .Where(header => header.Key is not (DeliveryCount or AcquiredCount))
            .ToDictionary(header => header.Key, header => Value(header.Value), StringComparer.Ordinal);
        Body = message.Body;
    }

    // The letter that the parts make up: their headers are those of the letter.
    private KeptDeadLetter(IReadOnlyList<KeptDeadLetter> parts, byte[] body)
    {
        DeliveryTags = [.. parts.SelectMany(part => part.DeliveryTags)];
        MessageId = parts[0].MessageId;
        ContentType = parts[0].ContentType;
        Headers = parts[0].Headers.Where(header => header.Key is not (DeadLetterHeaders.Part or DeadLetterHeaders.Digest))
            .ToDictionary(header => header.Key, header => header.Value, StringComparer.Ordinal);
        Body = body;
    }

    /// <summary>Delivery tags of its messages on their channel.</summary>
    public IReadOnlyList<ulong> DeliveryTags { get; }

    /// <summary>For a part of a letter: which part.</summary>
    public LetterPart? Part => LetterPart.Read(Text(DeadLetterHeaders.Part), Text(DeadLetterHeaders.Digest));

    /// <summary>Why this is not a whole letter and so cannot be replayed; null when it is whole.</summary>
    public string? Problem { get; private init; }

    /// <summary>Its identity; empty when a program other than a bridge put it there without one.</summary>
    public string MessageId { get; }

    /// <summary>MIME type of the body; null when it has none.</summary>
    public string? ContentType { get; }

    /// <summary>Its headers; each value a string or a long.</summary>
    public IReadOnlyDictionary<string, object> Headers { get; private init; }

    /// <summary>The raw text of the queue message, or the event.</summary>
    public ReadOnlyMemory<byte> Body { get; private init; }

    /// <summary>The reason's code.</summary>
    public string Reason => Text(DeadLetterHeaders.Reason) ?? "";

    /// <summary>One line with the offending value.</summary>
    public string Detail => $"{(Problem is null ? "" : $"{Problem}; ")}{Text(DeadLetterHeaders.Detail)}";

    /// <summary>URL of the queue that it came from.</summary>
    public string? Source => Text(DeadLetterHeaders.Source);

    /// <summary>How often that queue had delivered it.</summary>
    public long ReceiveCount => Headers.GetValueOrDefault(DeadLetterHeaders.ReceiveCount) as long? ?? 0;

    /// <summary>When it was dead-lettered, ISO 8601.</summary>
    public string At => Text(DeadLetterHeaders.At) ?? "";

    /// <summary>The routing key of an event that the broker refused; otherwise null.</summary>
    public string? RoutingKey => Text(DeadLetterHeaders.RoutingKey);

    /// <summary>The exchange that a rule named for such an event; null for the bridge's exchange.</summary>
    public string? Exchange => Text(DeadLetterHeaders.Exchange);

    /// <summary>A dead letter, or a part of one, as the broker delivered it.</summary>
    public static KeptDeadLetter From(BasicGetResult message)
    {
        var letter = new KeptDeadLetter(message);
        return letter.Text(DeadLetterHeaders.Part) is { } part && letter.Part is null
            ? letter.With($"INCOMPLETE: {DeadLetterHeaders.Part} is '{part}', which no bridge writes")
            : letter;
    }

    /// <summary>
    /// The letter that the parts make up, in any order and possibly with repetitions; null when they do not make up one.
    /// </summary>
    public static KeptDeadLetter? Join(IReadOnlyList<KeptDeadLetter> parts)
    {
        var ordered = parts.DistinctBy(part => part.Part!.Index).OrderBy(part => part.Part!.Index).ToList();
        var body = new byte[ordered.Sum(part => part.Body.Length)];
        var length = 0;
        foreach (var part in ordered)
        {
            part.Body.CopyTo(body.AsMemory(length));
            length += part.Body.Length;
        }

        return LetterPart.DigestOf(body) == parts[0].Part!.Digest ? new KeptDeadLetter(parts, body) : null;
    }

    /// <summary>The same, with the reason why it is not a whole letter.</summary>
    public KeptDeadLetter With(string problem) => new([this], []) { Headers = Headers, Body = Body, Problem = problem };

    private string? Text(string header) => Headers.GetValueOrDefault(header) as string;

    private static object Value(object? value) => value switch
    {
        byte[] text => Encoding.UTF8.GetString(text),
        sbyte or byte or short or ushort or int or uint or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        _ => value?.ToString() ?? "",
    };
}
