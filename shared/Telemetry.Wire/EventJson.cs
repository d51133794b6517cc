using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using static System.FormattableString;

namespace Telemetry.Wire;

/// <summary>
/// Checks events. An event is one JSON object in UTF-8 with at most 512 levels of nesting (docs/wire-format.md, "Events").
/// Senders, receivers and tools use this check, so they all accept the same events.
/// </summary>
public static class EventJson
{
    /// <summary>Most levels of nesting; the event itself is the first.</summary>
    public const int MaxDepth = 512;

    private const string NoUtf8 = "no JSON object: it is no valid UTF-8";

    private static readonly string TooDeep = $"nested too deeply: the limit is {MaxDepth} levels";

    // Depth is counted here, to distinguish it from other errors.
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    private static ReadOnlySpan<byte> ByteOrderMark => "\uFEFF"u8;

    private static ReadOnlySpan<byte> Space => " \t\r\n"u8;

    /// <summary>Reads an event in full.</summary>
    /// <param name="json">One event; white space may stand around it.</param>
    /// <returns>
    /// Null for an event, else the problem, such as <c>no JSON object: it goes wrong at byte 7</c>. Bytes and lines count from 1.
    /// The text never holds content of the event.
    /// </returns>
    public static string? Problem(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            return NoUtf8;
        if (ProblemOfBeginning(json) is { } problem)
            return problem;
        var reader = new Utf8JsonReader(json, isFinalBlock: false, new JsonReaderState(AnyDepth));
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth >= MaxDepth && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    return TooDeep;
            }

            var isWhole = reader is { TokenType: JsonTokenType.EndObject, CurrentDepth: 0 };
            return isWhole ? null : Invariant($"no JSON object: it goes wrong at byte {json.Length + 1}, where it breaks off");
        }
        catch (JsonException e)
        {
            // The exception's own text quotes the event.
            var line = e.LineNumber > 0 ? Invariant($"line {e.LineNumber + 1}, ") : "";
            return Invariant($"no JSON object: it goes wrong at {line}byte {e.BytePositionInLine + 1}");
        }
    }

    /// <summary>The part of <see cref="Problem"/> that is cheap for a sender. A receiver reads every event in full.</summary>
    /// <param name="json">One event without white space around it.</param>
    /// <returns>Null for an event, else the problem.</returns>
    internal static string? CheapProblem(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            return NoUtf8;
        if (ProblemOfBeginning(json) is { } problem)
            return problem;
        if (json[^1] != (byte)'}')
            return $"no JSON object: its {json.Length} bytes do not end with }}";
        return MayBeTooDeep(json) && ReferenceEquals(Problem(json), TooDeep) ? TooDeep : null;
    }

    /// <summary>An event without white space around it and without a byte order mark in front.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> json) => SkipByteOrderMark(json).Trim(Space);

    /// <inheritdoc cref="Trim(ReadOnlySpan{byte})"/>
    public static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> json) =>
        json[(json.Length - SkipByteOrderMark(json.Span).Length)..].Trim(Space);

    /// <summary>A text without a UTF-8 byte order mark in front.</summary>
    public static ReadOnlySpan<byte> SkipByteOrderMark(ReadOnlySpan<byte> text) =>
        text.StartsWith(ByteOrderMark) ? text[ByteOrderMark.Length..] : text;

    /// <summary>Unescapes the inside of a JSON string. Half a surrogate pair becomes U+FFFD.</summary>
    /// <param name="content">The valid string without its quotes, with its escapes.</param>
    public static string Unescape(ReadOnlySpan<byte> content)
    {
        if (!content.Contains((byte)'\\'))
            return Encoding.UTF8.GetString(content);
        using var text = new PooledBytes(content.Length);
        JsonText.AppendUnescaped(content, text);
        return Encoding.UTF8.GetString(text.Span);
    }

    private static string? ProblemOfBeginning(ReadOnlySpan<byte> json)
    {
        var trimmed = json.TrimStart(Space);
        if (trimmed.IsEmpty)
            return "no JSON object: it is empty";
        if (trimmed.StartsWith(ByteOrderMark))
            return "no JSON object: it begins with a byte order mark";
        return trimmed[0] == (byte)'{' ? null : "no JSON object: it does not begin with {";
    }

    // Each level has its own bracket; most events have fewer brackets than the limit.
    private static bool MayBeTooDeep(ReadOnlySpan<byte> json) =>
        json.Length > 2 * MaxDepth && json.Count((byte)'{') + json.Count((byte)'[') > MaxDepth;
}
