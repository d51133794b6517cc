using System.Text.Json;

namespace Harness.Demo;

/// <summary>What the demo wants to know of an event that reached the exchange.</summary>
/// <param name="RoutingKey">The key it was published with.</param>
/// <param name="MessageId">The same on every redelivery; null when a stranger published it.</param>
/// <param name="Bytes">The body's length.</param>
/// <param name="Start">The body's first characters.</param>
internal sealed record DemoEvent(string RoutingKey, string? MessageId, int Bytes, string Start)
{
    private const int StartLength = 160;

    /// <summary>The member <c>service</c>.</summary>
    public string? Service { get; private init; }

    /// <summary>The identity that the demo gave a generated event: the member <c>demoId</c>.</summary>
    public string? DemoId { get; private init; }

    /// <summary>The order it tells of, wherever in the event that stands.</summary>
    public string? OrderId { get; private init; }

    /// <summary>Reads the members; a body that is no JSON has none.</summary>
    public static DemoEvent Read(string routingKey, string? messageId, ReadOnlySpan<byte> body)
    {
        string? service = null, demoId = null, orderId = null;
        try
        {
            var reader = new Utf8JsonReader(body);
            while (reader.Read())
            {
                if (reader.TokenType is not JsonTokenType.PropertyName)
                    continue;
                if (reader.CurrentDepth == 1 && reader.ValueTextEquals("service"u8))
                    service = Text(ref reader);
                else if (reader.CurrentDepth == 1 && reader.ValueTextEquals("demoId"u8))
                    demoId = Text(ref reader);
                else if (reader.ValueTextEquals("orderId"u8))
                    orderId = Text(ref reader);
            }
        }
        catch (JsonException)
        {
            // Somebody else's message in the same exchange.
        }

        var start = System.Text.Encoding.UTF8.GetString(body[..Math.Min(body.Length, StartLength)]);
        return new DemoEvent(routingKey, messageId, body.Length, start) { Service = service, DemoId = demoId, OrderId = orderId };
    }

    private static string? Text(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType is JsonTokenType.String ? reader.GetString() : null;
}
