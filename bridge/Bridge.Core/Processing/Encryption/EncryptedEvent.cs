using System.Text.Json;
using Telemetry.Wire;

namespace Bridge.Core.Processing.Encryption;

/// <summary>
/// Recognises encrypted events: an object with the members <c>kver</c> and <c>event</c> and no other, both texts. Their names are
/// written without escapes.
/// </summary>
internal static class EncryptedEvent
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = EventJson.MaxDepth };

    /// <summary>Reads an event.</summary>
    /// <param name="json">An event, known to be valid.</param>
    /// <param name="version">The raw content of <c>kver</c>.</param>
    /// <param name="content">The raw content of <c>event</c>.</param>
    /// <returns>False when it is not an encrypted one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> json, out ReadOnlySpan<byte> version, out ReadOnlySpan<byte> content)
    {
        version = default;
        content = default;
        return MayBeOne(json) && TryReadMembers(json, ref version, ref content);
    }

    // Decides for nearly all events by their first bytes.
    private static bool MayBeOne(ReadOnlySpan<byte> json)
    {
        var name = json.TrimStart(" \t\r\n"u8)[1..].TrimStart(" \t\r\n"u8);
        return name.StartsWith("\"kver\""u8) || name.StartsWith("\"event\""u8);
    }

    private static bool TryReadMembers(ReadOnlySpan<byte> json, ref ReadOnlySpan<byte> version, ref ReadOnlySpan<byte> content)
    {
        var reader = new Utf8JsonReader(json, Options);
        reader.Read();
        var (versions, contents) = (0, 0);
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isVersion = reader.ValueSpan.SequenceEqual("kver"u8);
            var isContent = reader.ValueSpan.SequenceEqual("event"u8);
            if (!(isVersion || isContent) || !reader.Read() || reader.TokenType is not JsonTokenType.String)
                return false;
            if (isVersion)
                version = reader.ValueSpan;
            else
                content = reader.ValueSpan;
            (versions, contents) = (versions + (isVersion ? 1 : 0), contents + (isContent ? 1 : 0));
        }

        return versions == 1 && contents == 1;
    }
}
