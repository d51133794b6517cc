using System.Globalization;
using System.Text.Json;
using Telemetry.Events;

namespace Bridge.Edge.Formats.Gelf;

/// <summary>Writes a GELF message as an event: nothing of it is dropped.</summary>
internal static class GelfEvent
{
    private const double LastSecond = 253_402_300_799;
    private const double MicrosecondsPerSecond = 1_000_000;

    /// <summary>Writes the event.</summary>
    /// <param name="gelf">A JSON object.</param>
    /// <param name="message">How it arrived.</param>
    /// <param name="output">Takes the event.</param>
    public static void Write(JsonElement gelf, in IncomingMessage message, JsonOutput output)
    {
        EventText.Begin(output, Timestamp(gelf) ?? message.ReceivedAt, Level(gelf));
        if (Text(gelf, "host") is { } host)
            output.WriteString("instance"u8, host);
        output.WriteString("message"u8, Text(gelf, "short_message") ?? Text(gelf, "full_message") ?? "");
        output.WriteStartObject("attributes"u8);
        foreach (var member in gelf.EnumerateObject())
            WriteAttribute(member, output);
        if (message.Peer.AddressText is { } address)
            output.WriteString("network.peer.address"u8, address);
        output.WriteEndObject();
        output.WriteEndObject();
    }

    private static void WriteAttribute(JsonProperty member, JsonOutput output)
    {
        var name = member.Name switch
        {
            "version" or "host" or "short_message" or "timestamp" => null,
            "level" => "syslog.severity",
            "facility" => "syslog.facility",
            "file" => "code.file.path",
            "line" => "code.line.number",
            ['_', .. { Length: > 0 } rest] => rest,
            var other => other,
        };
        if (name is null)
            return;
        output.WritePropertyName(name);

        // A text as it is: half a surrogate pair may be escaped in it.
        if (member.Value.ValueKind is JsonValueKind.String)
            output.WriteJson(member.Value.GetRawText());
        else
            output.WriteValue(member.Value);
    }

    private static string? Text(JsonElement gelf, string name) =>
        gelf.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Timestamp(JsonElement gelf) =>
        Number(gelf, "timestamp") is >= 0 and < LastSecond and var seconds
        ? DateTimeOffset.UnixEpoch.AddTicks((long)Math.Round(seconds * MicrosecondsPerSecond) * TimeSpan.TicksPerMicrosecond)
        : null;

    // Some senders put numbers into texts.
    private static double Number(JsonElement gelf, string name)
    {
        if (!gelf.TryGetProperty(name, out var value))
            return double.NaN;
        if (value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var number))
            return number;
        var isText = value.ValueKind is JsonValueKind.String;
        return isText && double.TryParse(value.GetString(), CultureInfo.InvariantCulture, out var parsed) ? parsed : double.NaN;
    }

    // Without a level GELF means 1, an alert, which most messages without one are not.
    private static ReadOnlySpan<byte> Level(JsonElement gelf) => Number(gelf, "level") switch
    {
        <= 2 => "fatal"u8,
        3 => "error"u8,
        4 => "warn"u8,
        7 => "debug"u8,
        _ => "info"u8,
    };
}
