using Telemetry.Wire;

namespace Bridge.Edge.Formats.Syslog;

/// <summary>Reads a message of RFC 5424 or RFC 3164, and whatever else calls itself syslog.</summary>
internal static class SyslogParser
{
    private const int LargestPriority = 191;
    private const int LongestTag = 128;

    /// <summary>Reads a message. None is refused: what cannot be read is content.</summary>
    /// <param name="text">The message without line end.</param>
    /// <param name="zone">The zone of times without one.</param>
    /// <param name="receivedAt">The time of messages without one.</param>
    /// <param name="hasHost">False where messages come from this machine: a host's name is usually left out there.</param>
    public static SyslogMessage Parse(ReadOnlySpan<byte> text, TimeZoneInfo zone, DateTimeOffset receivedAt, bool hasHost)
    {
        var message = new SyslogMessage { Priority = -1, Timestamp = receivedAt, Content = text };
        var cursor = new TextCursor(text);
        if (!TryReadPriority(ref cursor, out var priority))
            return message;
        message.Priority = priority;
        message.Content = cursor.Rest;
        message.IsParsed = true;
        if (IsVersion(cursor, out var behind))
        {
            cursor = behind;
            message.IsParsed = TryRead5424(ref message, ref cursor, zone);
            if (message.IsParsed)
                return message;
            return new SyslogMessage { Priority = priority, Timestamp = receivedAt, Content = message.Content };
        }

        Read3164(ref message, cursor, zone, receivedAt, hasHost);
        return message;
    }

    private static bool TryReadPriority(ref TextCursor text, out int priority)
    {
        var cursor = text;
        if (!(cursor.TrySkip("<"u8) && cursor.TryReadNumber(1, 3, out priority) && cursor.TrySkip(">"u8)))
        {
            priority = -1;
            return false;
        }

        text = cursor;
        return priority <= LargestPriority;
    }

    private static bool IsVersion(TextCursor text, out TextCursor behind)
    {
        behind = text;
        return behind.TryReadNumber(1, 2, out var version) && version > 0 && behind.TrySkip(" "u8)
            && (behind.Rest.StartsWith("- "u8) || (behind.Rest.Length > 4 && behind.Rest[4] == (byte)'-'));
    }

    private static bool TryRead5424(ref SyslogMessage message, ref TextCursor text, TimeZoneInfo zone)
    {
        if (!text.TrySkip("- "u8))
        {
            if (!SyslogClock.TryReadIso(ref text, zone, out var time, out var found) || !text.TrySkip(" "u8))
                return false;
            (message.Timestamp, message.Time) = (time, found);
        }

        message.Host = Known(text.ReadWord());
        message.Application = Known(text.ReadWord());
        message.ProcessId = Known(text.ReadWord());
        message.MessageId = Known(text.ReadWord());
        if (text.TrySkip("-"u8))
            return TryReadContent(ref message, text);
        var length = StructuredData.Measure(text.Rest);
        if (length < 0)
            return false;
        message.StructuredData = text.Rest[..length];
        text.Rest = text.Rest[length..];
        return TryReadContent(ref message, text);
    }

    private static bool TryReadContent(ref SyslogMessage message, TextCursor text)
    {
        var isEnded = text.IsAtEnd || text.TrySkip(" "u8);
        if (isEnded)
            message.Content = EventJson.SkipByteOrderMark(text.Rest);
        return isEnded;
    }

    private static void Read3164(
        ref SyslogMessage message, TextCursor text, TimeZoneInfo zone, DateTimeOffset receivedAt, bool hasHost)
    {
        if (SyslogClock.TryReadBsd(ref text, zone, receivedAt, out var time, out var found)
            || SyslogClock.TryReadIso(ref text, zone, out time, out found))
        {
            (message.Timestamp, message.Time) = (time, found);
            _ = text.TrySkip(":"u8);
            _ = text.TrySkip(" "u8);
            ReadHost(ref message, ref text, hasHost);
            ReadTag(ref message, ref text, needsProcess: false);
        }
        else
        {
            ReadTag(ref message, ref text, needsProcess: true);
        }

        message.Content = EventJson.SkipByteOrderMark(text.Rest);
    }

    // Without a host the tag comes next.
    private static void ReadHost(ref SyslogMessage message, ref TextCursor text, bool hasHost)
    {
        if (TryReadTag(text.Rest, out _, out _, out _))
            return;
        var behind = text;
        var word = behind.ReadWord();
        if (word.IsEmpty || (!hasHost && !TryReadTag(behind.Rest, out _, out _, out _)))
            return;
        message.Host = Known(word);
        text = behind;
    }

    private static void ReadTag(ref SyslogMessage message, ref TextCursor text, bool needsProcess)
    {
        if (!TryReadTag(text.Rest, out var name, out var process, out var length) || (needsProcess && process.IsEmpty))
            return;
        message.Application = name;
        message.ProcessId = process;
        text.Rest = text.Rest[length..];
        _ = text.TrySkip(" "u8);
    }

    // NAME: or NAME[PROCESS]: or NAME[PROCESS] and a space.
    private static bool TryReadTag(
        ReadOnlySpan<byte> text, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> process, out int length)
    {
        process = default;
        length = 0;
        var word = text[..Math.Min(text.Length, LongestTag)];
        var end = word.IndexOfAny(" :["u8);
        name = end > 0 ? word[..end] : default;
        if (end <= 0 || word[end] == (byte)' ')
            return false;
        if (word[end] == (byte)'[')
        {
            var close = word[end..].IndexOfAny("] "u8);
            if (close <= 1 || word[end + close] != (byte)']')
                return false;
            process = word.Slice(end + 1, close - 1);
            length = end + close + 1;
            if (length < text.Length && text[length] == (byte)':')
                length++;
            return length == text.Length || text[length - 1] == (byte)':' || text[length] == (byte)' ';
        }

        // An address of IPv6, or a time, is no tag.
        length = end + 1;
        return length == text.Length || text[length] == (byte)' ';
    }

    private static ReadOnlySpan<byte> Known(ReadOnlySpan<byte> word) => word.SequenceEqual("-"u8) ? default : word;
}
