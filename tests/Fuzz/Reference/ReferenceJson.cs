using System.Text;
using System.Text.Json;

namespace Fuzz.Reference;

/// <summary>What another reader of the framework says of an event.</summary>
internal enum JsonVerdict
{
    /// <summary>No JSON object.</summary>
    NoObject,

    /// <summary>One JSON object.</summary>
    Object,

    /// <summary>One JSON object, with half a surrogate pair in a string: refused only where the bridge needs that string.</summary>
    ObjectWithBrokenText,
}

/// <summary>Reads events as whole documents.</summary>
internal static class ReferenceJson
{
    private const int Deepest = 512;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal static JsonVerdict Read(byte[] json)
    {
        try
        {
            _ = StrictUtf8.GetString(json);
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Deepest });
            return document.RootElement.ValueKind is JsonValueKind.Object ? ReadTexts(document.RootElement) : JsonVerdict.NoObject;
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException)
        {
            return JsonVerdict.NoObject;
        }
    }

    private static JsonVerdict ReadTexts(JsonElement root)
    {
        try
        {
            foreach (var member in root.EnumerateObject())
            {
                _ = member.Name;
                if (member.Value.ValueKind is JsonValueKind.String)
                    _ = member.Value.GetString();
            }

            return JsonVerdict.Object;
        }
        catch (InvalidOperationException)
        {
            return JsonVerdict.ObjectWithBrokenText;
        }
    }
}
