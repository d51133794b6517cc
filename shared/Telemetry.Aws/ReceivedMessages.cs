using System.Globalization;
using System.Text.Json;
using Telemetry.Queues;

namespace Telemetry.Aws;

/// <summary>
/// Reads the answer of <c>ReceiveMessage</c>; texts stay where they are in it, so that it lasts as long as the last of its messages.
/// </summary>
internal static class ReceivedMessages
{
    /// <summary>The messages with the MD5 that the service reports for each; none when the member is absent.</summary>
    public static List<(ReceivedMessage Message, string? Md5)> Read(SqsAnswer answer)
    {
        var messages = new List<(ReceivedMessage, string?)>();
        var json = new Utf8JsonReader(answer.Body);
        if (!json.Read() || json.TokenType is not JsonTokenType.StartObject)
            throw new JsonException("the answer is no JSON object");

        while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
        {
            var isMessages = json.ValueTextEquals("Messages"u8);
            json.Read();
            if (isMessages && json.TokenType is JsonTokenType.StartArray)
                ReadMessages(ref json, answer, messages);
            else
                json.Skip();
        }

        return messages;
    }

    private static void ReadMessages(ref Utf8JsonReader json, in SqsAnswer answer, List<(ReceivedMessage, string?)> messages)
    {
        while (json.Read() && json.TokenType is JsonTokenType.StartObject)
            messages.Add(ReadMessage(ref json, answer));
    }

    private static (ReceivedMessage Message, string? Md5) ReadMessage(ref Utf8JsonReader json, in SqsAnswer answer)
    {
        string? id = null, receipt = null, md5 = null;
        ReadOnlyMemory<byte>? text = null;
        (long Count, long SentAt) attributes = (1, 0);
        while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("MessageId"u8))
                id = NextString(ref json);
            else if (json.ValueTextEquals("ReceiptHandle"u8))
                receipt = NextString(ref json);
            else if (json.ValueTextEquals("MD5OfBody"u8))
                md5 = NextString(ref json);
            else if (json.ValueTextEquals("Body"u8))
                text = NextText(ref json, answer.Body);
            else if (json.ValueTextEquals("Attributes"u8))
                attributes = ReadAttributes(ref json);
            else
                json.Skip();
        }

        if (id is null || receipt is null || text is null)
            throw new JsonException("a message lacks its identity, its receipt handle or its body");

        return (new ReceivedMessage
        {
            Id = id,
            Receipt = receipt,
            Text = text.Value,
            ReceiveCount = attributes.Count,
            EnqueuedAt = DateTimeOffset.FromUnixTimeMilliseconds(attributes.SentAt),
            LeaseStart = answer.SentAt,
        }, md5);
    }

    private static (long Count, long SentAt) ReadAttributes(ref Utf8JsonReader json)
    {
        long count = 1, sentAt = 0;
        if (!json.Read() || json.TokenType is not JsonTokenType.StartObject)
            return (count, sentAt);

        while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("ApproximateReceiveCount"u8))
                count = long.Parse(NextString(ref json) ?? "", CultureInfo.InvariantCulture);
            else if (json.ValueTextEquals("SentTimestamp"u8))
                sentAt = long.Parse(NextString(ref json) ?? "", CultureInfo.InvariantCulture);
            else
                json.Skip();
        }

        return (count, sentAt);
    }

    private static string? NextString(ref Utf8JsonReader json)
    {
        json.Read();
        return json.GetString();
    }

    private static ReadOnlyMemory<byte> NextText(ref Utf8JsonReader json, byte[] document)
    {
        json.Read();
        // The token begins with the quotation mark.
        if (!json.ValueIsEscaped && json.TokenType is JsonTokenType.String)
            return document.AsMemory((int)json.TokenStartIndex + 1, json.ValueSpan.Length);

        var text = new byte[json.ValueSpan.Length];
        return text.AsMemory(0, json.CopyString(text));
    }
}
