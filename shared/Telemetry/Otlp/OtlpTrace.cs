using System.Diagnostics;
using System.Text.Unicode;
using Telemetry.Events;

namespace Telemetry.Otlp;

/// <summary>A trace's and a span's identity as OTLP has them: bytes.</summary>
internal static class OtlpTrace
{
    private const int TraceBytes = 16;
    private const int SpanBytes = 8;

    /// <summary>Lets the event belong to this trace, or to none, whatever is current.</summary>
    internal static void Set(EventWriter writer, ReadOnlySpan<byte> trace, ReadOnlySpan<byte> span, ulong flags)
    {
        if (!IsIdentity(trace, TraceBytes) || !IsIdentity(span, SpanBytes))
        {
            writer.SetOwnTrace(default);
            return;
        }

        writer.SetOwnTrace(ActivityTraceId.CreateFromBytes(trace));
        Span<byte> text = stackalloc byte[64];
        Utf8.TryWrite(text, $"00-{Convert.ToHexStringLower(trace)}-{Convert.ToHexStringLower(span)}-{flags & 0xFF:x2}", out var length);
        writer.Json.WriteString(ClientMembers.TraceParent, text[..length]);
    }

    // Zeros mean none.
    private static bool IsIdentity(ReadOnlySpan<byte> id, int length) => id.Length == length && id.IndexOfAnyExcept((byte)0) >= 0;

    internal static void WriteId(JsonOutput json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> id)
    {
        if (id.IndexOfAnyExcept((byte)0) >= 0)
            json.WriteString(name, Convert.ToHexStringLower(id));
    }

    internal static DateTimeOffset Time(ulong nanoseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks((long)Math.Min(nanoseconds / 100, long.MaxValue / 100));
}
