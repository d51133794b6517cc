using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Harness.Faults;

/// <summary>An event as it lay in a queue bound to the exchange.</summary>
/// <param name="Sha">Of its body.</param>
/// <param name="Bytes">The body's length.</param>
/// <param name="Body">The body, where the tap keeps it; else empty.</param>
/// <param name="RoutingKey">What it was published with.</param>
/// <param name="MessageId">Its <c>message_id</c>.</param>
/// <param name="ContentType">Its content type.</param>
/// <param name="IsPersistent">Its delivery mode.</param>
/// <param name="Headers">Texts and numbers, the numbers as text.</param>
internal sealed record ArrivedEvent(
    Sha Sha, int Bytes, byte[] Body, string RoutingKey, string? MessageId, string? ContentType, bool IsPersistent,
    IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    public static ArrivedEvent Of(BasicDeliverEventArgs delivery, bool keepBody) => new(
        Sha.Of(delivery.Body.Span),
        delivery.Body.Length,
        keepBody ? delivery.Body.ToArray() : [],
        delivery.RoutingKey,
        delivery.BasicProperties.MessageId,
        delivery.BasicProperties.ContentType,
        delivery.BasicProperties.Persistent,
        HeadersOf(delivery.BasicProperties));

    /// <summary>A message's headers as text.</summary>
    public static Dictionary<string, string> HeadersOf(IReadOnlyBasicProperties properties) =>
        (properties.Headers ?? new Dictionary<string, object?>(StringComparer.Ordinal)).ToDictionary(
            header => header.Key,
            header => header.Value is byte[] text ? Encoding.UTF8.GetString(text) : $"{header.Value}",
            StringComparer.Ordinal);
}
