using System.Text.Unicode;
using Telemetry.Codec;

namespace Telemetry.Governance;

/// <summary>How large a text and an event may be.</summary>
internal sealed record EventLimits(int AttributeBytes, int EventBytes)
{
    /// <summary>An event that is no longer than this exceeds neither.</summary>
    internal int Smallest => Math.Min(AttributeBytes, EventBytes);

    /// <summary>Appends a text as a JSON string, cut at a character's end where it is too long, with its full length behind.</summary>
    internal static void AppendCut(ReadOnlySpan<byte> text, int longest, PooledBytes output)
    {
        if (text.Length <= longest)
        {
            JsonText.AppendString(text, output);
            return;
        }

        var end = longest;
        while (end > 0 && (text[end] & 0xC0) == 0x80)
            end--;
        JsonText.AppendString(text[..end], output);
        Span<byte> mark = stackalloc byte[64];
        Utf8.TryWrite(mark, $"…[cut, {text.Length} bytes]\"", out var length);
        output.Truncate(output.Length - 1);
        output.Append(mark[..length]);
    }
}
