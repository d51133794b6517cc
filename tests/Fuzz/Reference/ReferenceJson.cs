using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Fuzz.Reference;

/// <summary>Reads events as whole documents, by the rules of docs/wire-format.md.</summary>
internal static class ReferenceJson
{
    private const int Deepest = 512;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// The top-level members of an event as texts, null where the last of the name is no string, number or boolean; null for what
    /// is no event.
    /// </summary>
    internal static IReadOnlyDictionary<string, string?>? Read(byte[] json)
    {
        try
        {
            _ = StrictUtf8.GetString(json);
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Deepest });
            return document.RootElement.ValueKind is JsonValueKind.Object ? Members(document.RootElement) : null;
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException)
        {
            return null;
        }
    }

    private static Dictionary<string, string?> Members(JsonElement root)
    {
        var members = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var member in root.EnumerateObject())
        {
            members[Text(JsonMarshal.GetRawUtf8PropertyName(member))] = member.Value.ValueKind switch
            {
                JsonValueKind.String => Text(JsonMarshal.GetRawUtf8Value(member.Value)[1..^1]),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => member.Value.GetRawText(),
                _ => null,
            };
        }

        return members;
    }

    // Half a surrogate pair does not survive the way through UTF-8: it becomes U+FFFD.
    private static string Text(ReadOnlySpan<byte> raw)
    {
        var escaped = StrictUtf8.GetString(raw);
        var text = new StringBuilder();
        for (var at = 0; at < escaped.Length; at++)
        {
            if (escaped[at] != '\\')
            {
                text.Append(escaped[at]);
            }
            else if (escaped[++at] == 'u')
            {
                text.Append(
                    (char)ushort.Parse(escaped.AsSpan(at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                at += 4;
            }
            else
            {
                var letter = "bfnrt".IndexOf(escaped[at], StringComparison.Ordinal);
                text.Append(letter < 0 ? escaped[at] : "\b\f\n\r\t"[letter]);
            }
        }

        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
