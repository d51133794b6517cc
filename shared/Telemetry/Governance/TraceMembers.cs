using System.Buffers;
using System.Text.Json;

namespace Telemetry.Governance;

/// <summary>
/// Members that name a trace or a span. A random identity can look like a card number. If it were replaced, its trace would fall
/// apart, so a value with exactly the form of an identity is kept.
/// </summary>
internal static class TraceMembers
{
    private static readonly SearchValues<byte> HexAndHyphen = SearchValues.Create("0123456789abcdef-"u8);

    internal static bool Contain(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("traceparent"u8) || name.SequenceEqual("traceId"u8) || name.SequenceEqual("spanId"u8)
        || name.SequenceEqual("parentSpanId"u8) || name.SequenceEqual("trace_id"u8) || name.SequenceEqual("span_id"u8)
        || name.SequenceEqual("parent_span_id"u8);

    internal static bool IsIdentity(in Utf8JsonReader reader)
    {
        const int span = 16;
        const int trace = 32;
        const int traceParent = 55;
        return reader.TokenType is JsonTokenType.String
            && reader.ValueSpan.Length is span or trace or traceParent
            && reader.ValueSpan.IndexOfAnyExcept(HexAndHyphen) < 0;
    }
}
