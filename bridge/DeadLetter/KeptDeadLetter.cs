using System.Globalization;
using System.Text;
using RabbitMQ.Client;

namespace Bridge.DeadLetter;

/// <summary>A dead letter as it lies in the queue, held by the channel that it was read on.</summary>
internal sealed class KeptDeadLetter
{
    // Of this delivery, not of the message: quorum queues add them.
    private const string DeliveryCount = "x-delivery-count";
    private const string AcquiredCount = "x-acquired-count";

    private KeptDeadLetter(BasicGetResult message)
    {
        DeliveryTag = message.DeliveryTag;
        MessageId = message.BasicProperties.MessageId ?? "";
        ContentType = message.BasicProperties.ContentType;
        Headers = (message.BasicProperties.Headers ?? new Dictionary<string, object?>(StringComparer.Ordinal))
            .Where(header => header.Key is not (DeliveryCount or AcquiredCount))
            .ToDictionary(header => header.Key, header => Value(header.Value), StringComparer.Ordinal);
        Body = message.Body;
    }

    /// <summary>Names it on its channel.</summary>
    public ulong DeliveryTag { get; }

    /// <summary>Its identity; empty when somebody else than a bridge put it there without one.</summary>
    public string MessageId { get; }

    /// <summary>MIME type of the body; null where there is none.</summary>
    public string? ContentType { get; }

    /// <summary>Its headers; each value a string or a long.</summary>
    public IReadOnlyDictionary<string, object> Headers { get; }

    /// <summary>The raw text of the queue message, or the event.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The reason's code.</summary>
    public string Reason => Text(DeadLetterHeaders.Reason) ?? "";

    /// <summary>One line with the offending value.</summary>
    public string Detail => Text(DeadLetterHeaders.Detail) ?? "";

    /// <summary>URL of the queue that it came from.</summary>
    public string? Source => Text(DeadLetterHeaders.Source);

    /// <summary>How often that queue had delivered it.</summary>
    public long ReceiveCount => Headers.GetValueOrDefault(DeadLetterHeaders.ReceiveCount) as long? ?? 0;

    /// <summary>When it was dead-lettered, ISO 8601.</summary>
    public string At => Text(DeadLetterHeaders.At) ?? "";

    /// <summary>Of an event that the broker would not take: its routing key.</summary>
    public string? RoutingKey => Text(DeadLetterHeaders.RoutingKey);

    public static KeptDeadLetter Of(BasicGetResult message) => new(message);

    private string? Text(string header) => Headers.GetValueOrDefault(header) as string;

    private static object Value(object? value) => value switch
    {
        byte[] text => Encoding.UTF8.GetString(text),
        sbyte or byte or short or ushort or int or uint or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        _ => value?.ToString() ?? "",
    };
}
