using System.Text.Json;
using Telemetry.Wire;

namespace Telemetry.Governance;

/// <summary>
/// Writes an event again without its secrets and within its limits. Parts that need no change keep their bytes. It is used only
/// for events that are too large or in which a <see cref="SecretScan"/> found something suspicious.
/// </summary>
/// <param name="redactor">Replaces secrets in texts.</param>
/// <param name="names">Names of members whose value is secret.</param>
/// <param name="limits">Limits of events that are built here. They do not apply to events that were JSON already.</param>
internal sealed class EventRewriter(TextRedactor redactor, SecretNames names, EventLimits limits)
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = EventJson.MaxDepth };

    /// <summary>Writes the event into the scratch memory.</summary>
    /// <returns>False when it is no valid JSON.</returns>
    internal bool TryRewrite(ReadOnlySpan<byte> json, bool withLimits, RewriteScratch scratch)
    {
        scratch.Shrink();
        scratch.Event.Truncate(0);
        scratch.RedactedNames = 0;
        var walk = new EventWalk(
            json, scratch.Event, withLimits && json.Length > limits.EventBytes ? limits.EventBytes : int.MaxValue);
        var reader = new Utf8JsonReader(json, Options);
        var longest = withLimits ? limits.AttributeBytes : int.MaxValue;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.PropertyName)
                    TakeMember(ref reader, ref walk, longest, scratch);
                else
                    TakeValue(ref reader, ref walk, longest, scratch);
                walk.Passed(ref reader);
            }
        }
        catch (JsonException)
        {
            return false;
        }

        walk.Finish();
        return true;
    }

    private void TakeMember(scoped ref Utf8JsonReader reader, scoped ref EventWalk walk, int longest, RewriteScratch scratch)
    {
        var name = Decoded(ref reader, scratch.Text);
        walk.BeginMember(ref reader, name);
        var isSecret = names.AreAtEndOf(name);
        var isTrace = TraceMembers.Contain(name);
        if (TakeString(name, ref reader, ref walk, int.MaxValue, scratch) && scratch.RedactedNames++ > 0)
            NumberName(scratch.RedactedNames, walk.Output);
        if (!isSecret && !isTrace)
            return;
        walk.Passed(ref reader);
        reader.Read();
        if (isSecret && reader.TokenType is not (JsonTokenType.Null or JsonTokenType.True or JsonTokenType.False))
            ReplaceValue(ref reader, ref walk);
        else if (!(isTrace && TraceMembers.IsIdentity(reader)))
            TakeValue(ref reader, ref walk, longest, scratch);
    }

    private void TakeValue(scoped ref Utf8JsonReader reader, scoped ref EventWalk walk, int longest, RewriteScratch scratch)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String when !reader.ValueSpan.IsEmpty:
                TakeString(Decoded(ref reader, scratch.Text), ref reader, ref walk, longest, scratch);
                break;
            case JsonTokenType.Number when redactor.IsCard(reader.ValueSpan):
                walk.Replace((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
                JsonText.AppendString(TextRedactor.RedactedCard, walk.Output);
                break;
            case JsonTokenType.StartObject or JsonTokenType.EndObject:
                walk.Bound(ref reader);
                break;
        }
    }

    private bool TakeString(
        scoped ReadOnlySpan<byte> text, scoped ref Utf8JsonReader reader, scoped ref EventWalk walk, int longest,
        RewriteScratch scratch)
    {
        scratch.Redacted.Truncate(0);
        var changed = redactor.TryRedact(text, scratch.Redacted);
        var result = changed ? scratch.Redacted.Span : text;
        if (!changed && result.Length <= longest)
            return false;
        var start = (int)reader.TokenStartIndex;
        walk.Replace(start, start + reader.ValueSpan.Length + 2);
        EventLimits.AppendCut(result, longest, walk.Output);
        return true;
    }

    // Two names that differ only in their secrets would become equal.
    private static void NumberName(int number, PooledBytes output)
    {
        output.Truncate(output.Length - 1);
        output.Append("#"u8);
        EventLimits.AppendNumber(number, output);
        output.Append("\""u8);
    }

    private static void ReplaceValue(scoped ref Utf8JsonReader reader, scoped ref EventWalk walk)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        walk.Replace(start, (int)reader.BytesConsumed);
        JsonText.AppendString(TextRedactor.Redacted, walk.Output);
    }

    private static ReadOnlySpan<byte> Decoded(scoped ref Utf8JsonReader reader, PooledBytes text)
    {
        if (!reader.ValueIsEscaped)
            return reader.ValueSpan;
        text.Truncate(0);
        JsonText.AppendUnescaped(reader.ValueSpan, text);
        return text.Span;
    }
}
