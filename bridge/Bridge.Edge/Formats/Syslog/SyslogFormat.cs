using Bridge.Edge.Configuration;
using Telemetry.Events;

namespace Bridge.Edge.Formats.Syslog;

/// <summary>Makes events of syslog messages. No message is refused.</summary>
/// <param name="keepRaw">Which events keep their message as it was.</param>
/// <param name="hasHost">False where messages come from this machine.</param>
internal sealed class SyslogFormat(RawRetention keepRaw, bool hasHost) : IMessageFormat
{
    private const int SeverityBits = 3;
    private const int SeverityMask = 7;

    private static ReadOnlySpan<byte> Cee => "@cee:"u8;

    public FormatResult Write(in IncomingMessage message, JsonOutput output)
    {
        var text = EventText.TrimEnd(message.Bytes);
        var parsed = SyslogParser.Parse(text, message.Peer.Zone, message.ReceivedAt, hasHost);
        if (message.IsCut || !TryWriteJson(parsed.Content, output))
            WriteEvent(message, text, parsed, output);
        return FormatResult.Event;
    }

    private static bool TryWriteJson(ReadOnlySpan<byte> content, JsonOutput output)
    {
        var json = content.TrimStart((byte)' ');
        if (json.StartsWith(Cee))
            json = json[Cee.Length..];
        return ReadyJson.TryWrite(json, output);
    }

    private void WriteEvent(in IncomingMessage message, ReadOnlySpan<byte> text, in SyslogMessage parsed, JsonOutput output)
    {
        EventText.Begin(output, parsed.Timestamp, Level(parsed.Priority));
        WriteKnown(output, "service"u8, parsed.Application);
        WriteKnown(output, "instance"u8, parsed.Host);
        EventText.WriteText(output, "message"u8, parsed.Content);
        if (parsed.Time is not SyslogTime.Received)
        {
            output.WritePropertyName("observedTimestamp"u8);
            EventText.WriteTime(output, message.ReceivedAt);
        }

        output.WriteStartObject("attributes"u8);
        WriteAttributes(parsed, output);
        WriteKnown(output, "network.peer.address"u8, message.Peer.AddressText);
        WriteKnown(output, "tls.client.subject"u8, message.Peer.CertificateSubject);
        if (message.IsCut)
            output.WriteNumber("truncated"u8, message.FullLength);
        if (keepRaw is RawRetention.Always || (keepRaw is RawRetention.Unparsed && !parsed.IsParsed))
            EventText.WriteText(output, "log.record.original"u8, text);
        output.WriteEndObject();
        output.WriteEndObject();
    }

    private static void WriteAttributes(in SyslogMessage parsed, JsonOutput output)
    {
        if (parsed.Priority >= 0)
        {
            output.WriteNumber("syslog.facility"u8, parsed.Priority >> SeverityBits);
            output.WriteNumber("syslog.severity"u8, parsed.Priority & SeverityMask);
        }

        WriteKnown(output, "syslog.procid"u8, parsed.ProcessId);
        WriteKnown(output, "syslog.msgid"u8, parsed.MessageId);
        if (!parsed.StructuredData.IsEmpty)
        {
            output.WritePropertyName("syslog.sd"u8);
            StructuredData.Write(output, parsed.StructuredData);
        }

        output.WriteString("syslog.time"u8, NameOf(parsed.Time));
    }

    private static void WriteKnown(JsonOutput output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
            EventText.WriteText(output, name, value);
    }

    private static void WriteKnown(JsonOutput output, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
            output.WriteString(name, value);
    }

    private static ReadOnlySpan<byte> Level(int priority) => priority < 0 ? "info"u8 : (priority & SeverityMask) switch
    {
        <= 2 => "fatal"u8,
        3 => "error"u8,
        4 => "warn"u8,
        7 => "debug"u8,
        _ => "info"u8,
    };

    private static ReadOnlySpan<byte> NameOf(SyslogTime time) => time switch
    {
        SyslogTime.Full => "full"u8,
        SyslogTime.ZoneAssumed => "zone-assumed"u8,
        SyslogTime.YearAssumed => "year-assumed"u8,
        _ => "received"u8,
    };
}
