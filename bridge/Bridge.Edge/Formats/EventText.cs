using System.Text;
using System.Text.Unicode;
using Telemetry.Events;

namespace Bridge.Edge.Formats;

/// <summary>Writes members that events of several formats have.</summary>
internal static class EventText
{
    private const int TimestampLength = 28; // 2026-11-20T09:00:00.0000000Z

    /// <summary>Begins an event of the style <c>logs</c>.</summary>
    public static void Begin(JsonOutput output, DateTimeOffset timestamp, ReadOnlySpan<byte> level)
    {
        output.WriteStartObject();
        output.WritePropertyName("timestamp"u8);
        WriteTime(output, timestamp);
        output.WriteString("style"u8, "logs"u8);
        output.WriteString("level"u8, level);
    }

    /// <summary>Writes a whole event for a text without a known form.</summary>
    public static void Write(in IncomingMessage message, JsonOutput output)
    {
        Begin(output, message.ReceivedAt, "info"u8);
        WriteText(output, "message"u8, TrimEnd(message.Bytes));
        if (message.IsCut)
            WriteTruncated(output, message);
        output.WriteEndObject();
    }

    /// <summary>Says how long a message was whose end was skipped.</summary>
    public static void WriteTruncated(JsonOutput output, in IncomingMessage message)
    {
        output.WriteStartObject("attributes"u8);
        output.WriteNumber("truncated"u8, message.FullLength);
        output.WriteEndObject();
    }

    /// <summary>Writes a time in UTC, in steps of 100 ns.</summary>
    public static void WriteTime(JsonOutput output, DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[TimestampLength];
        time.UtcDateTime.TryFormat(text, out var length, "O", System.Globalization.CultureInfo.InvariantCulture);
        output.WriteStringValue(text[..length]);
    }

    /// <summary>Writes a member whose value came from outside: what is no UTF-8 becomes U+FFFD.</summary>
    public static void WriteText(JsonOutput output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        output.WritePropertyName(name);
        WriteTextValue(output, text);
    }

    /// <inheritdoc cref="WriteText"/>
    public static void WriteTextValue(JsonOutput output, ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
            output.WriteStringValue(text);
        else
            output.WriteStringValue(Encoding.UTF8.GetString(text));
    }

    /// <summary>A text without the line ends and NULs that senders put behind it.</summary>
    public static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> text) => text.TrimEnd("\r\n\0"u8);
}
