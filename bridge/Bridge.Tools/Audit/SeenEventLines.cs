using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Bridge.Core.Pipeline;
using Telemetry.Wire;

namespace Bridge.Tools.Audit;

/// <summary>
/// Reads and writes events as JSON Lines without their bodies: <c>message_id</c>, the header with the number of events in the
/// batch, and at least the first 16 hexadecimal digits of <c>body_sha256</c>.
/// </summary>
internal static class SeenEventLines
{
    /// <summary>Maximum bytes of a line.</summary>
    public const int MaxLength = 64 * 1024;

    private const string MessageId = "message_id";
    private const string BodyHash = "body_sha256";
    private const int HashDigits = 16;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes an event and a line feed.</summary>
    public static void Write(in SeenEvent seen, Stream output)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString(MessageId, seen.MessageId);
            if (seen.Place is { } place)
            {
                json.WriteNumber(EventHeaders.Events, place.Events);
            }
            else if (!seen.IsReadable)
            {
                // An empty text keeps the fact that the header was wrong, though not its value.
                json.WriteString(EventHeaders.Events, "");
            }

            if (seen.Body is { } body)
                json.WriteString(BodyHash, $"{body:x16}");
            json.WriteEndObject();
        }

        output.Write(buffer.WrittenSpan);
        output.WriteByte((byte)'\n');
    }

    /// <summary>Reads a line.</summary>
    /// <param name="line">One event (<see cref="EventJson"/>); unknown members are ignored.</param>
    public static SeenEvent Read(ReadOnlyMemory<byte> line)
    {
        var members = new Dictionary<string, string?>(StringComparer.Ordinal);
        using var json = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = EventJson.MaxDepth });
        foreach (var member in json.RootElement.EnumerateObject())
            members[EventJson.Unescape(JsonMarshal.GetRawUtf8PropertyName(member))] = Text(member.Value);
        return SeenEvent.From(
            members.GetValueOrDefault(MessageId) ?? "", members.GetValueOrDefault, ReadHash(members.GetValueOrDefault(BodyHash)));
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => EventJson.Unescape(JsonMarshal.GetRawUtf8Value(value)[1..^1]),
        _ => value.GetRawText(),
    };

    private static ulong? ReadHash(string? text) => text?.Length >= HashDigits
        && ulong.TryParse(
            text.AsSpan(0, HashDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hash)
        ? hash
        : null;
}
