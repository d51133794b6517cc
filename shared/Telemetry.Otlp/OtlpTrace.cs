using System.Diagnostics;
using System.Text.Unicode;
using Google.Protobuf;
using Telemetry.Events;

namespace Telemetry.Otlp;

/// <summary>A trace's and a span's identity as OTLP has them: bytes.</summary>
internal static class OtlpTrace
{
    private const int TraceBytes = 16;
    private const int SpanBytes = 8;
    private const uint W3CFlags = 0xFF;

    /// <summary>
    /// Lets the event belong to this trace, or to none, whatever is current. What a <c>traceparent</c> has no place for gets
    /// members of its own: a trace without a span, and the flags that are OpenTelemetry's.
    /// </summary>
    internal static void Write(EventWriter writer, ByteString trace, ByteString span, uint flags)
    {
        var hasTrace = IsIdentity(trace, TraceBytes);
        writer.SetOwnTrace(hasTrace ? ActivityTraceId.CreateFromBytes(trace.Span) : default);
        var rest = flags;
        if (hasTrace && IsIdentity(span, SpanBytes))
        {
            Span<byte> text = stackalloc byte[64];
            var (traceId, spanId) = (Convert.ToHexStringLower(trace.Span), Convert.ToHexStringLower(span.Span));
            Utf8.TryWrite(text, $"00-{traceId}-{spanId}-{flags & W3CFlags:x2}", out var length);
            writer.Json.WriteString(EventWriter.TraceParent, text[..length]);
            rest &= ~W3CFlags;
        }
        else
        {
            WriteIds(writer.Json, trace, span);
        }

        if (rest != 0)
            WriteFlags(writer.Json, flags);
    }

    /// <summary>Writes the identities of another trace and span.</summary>
    internal static void WriteIds(JsonOutput json, ByteString trace, ByteString span)
    {
        WriteId(json, "traceId"u8, trace);
        WriteId(json, "spanId"u8, span);
    }

    internal static void WriteId(JsonOutput json, ReadOnlySpan<byte> name, ByteString id)
    {
        if (IsIdentity(id, id.Length))
            json.WriteString(name, Convert.ToHexStringLower(id.Span));
    }

    internal static void WriteFlags(JsonOutput json, uint flags) => OtlpValues.WriteCount(json, "flags"u8, flags);

    // Zeros mean none.
    private static bool IsIdentity(ByteString id, int length) => id.Length == length && id.Span.ContainsAnyExcept((byte)0);
}
