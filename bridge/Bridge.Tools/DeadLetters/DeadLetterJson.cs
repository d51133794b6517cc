using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Bridge.RabbitMq.DeadLetters;

namespace Bridge.Tools.DeadLetters;

/// <summary>Formats a dead letter as one line of JSON.</summary>
internal static class DeadLetterJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Formats a dead letter, without a line feed.</summary>
    /// <param name="letter">The dead letter.</param>
    /// <param name="withPayload">Adds <c>body</c>, in Base64.</param>
    public static ReadOnlySpan<byte> Write(KeptDeadLetter letter, bool withPayload)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("at", letter.At);
        json.WriteString("reason", letter.Reason);
        json.WriteString("detail", letter.Detail);
        json.WriteString("source", letter.Source);
        json.WriteNumber("receiveCount", letter.ReceiveCount);
        json.WriteString("messageId", letter.MessageId);
        if (letter.RoutingKey is { } routingKey)
            json.WriteString("routingKey", routingKey);
        json.WriteNumber("bytes", letter.Body.Length);
        if (withPayload)
            WritePayload(json, letter);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    private static void WritePayload(Utf8JsonWriter json, KeptDeadLetter letter)
    {
        json.WriteString("contentType", letter.ContentType);
        json.WriteStartObject("headers");
        foreach (var (name, value) in letter.Headers)
        {
            if (value is long number)
                json.WriteNumber(name, number);
            else
                json.WriteString(name, (string)value);
        }

        json.WriteEndObject();
        json.WriteBase64String("body", letter.Body.Span);
    }
}
