using System.Buffers.Text;
using Telemetry.Wire;

namespace Telemetry.Governance;

/// <summary>The largest sizes of a text and of an event, in bytes.</summary>
internal sealed record EventLimits(int AttributeBytes, int EventBytes)
{
    /// <summary>An event of at most this size is within both limits.</summary>
    internal int Smallest => Math.Min(AttributeBytes, EventBytes);

    /// <summary>
    /// Appends a text as a JSON string, cut at a character's end where it is too long, with its full length behind.
    /// </summary>
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
        output.Truncate(output.Length - 1);
        output.Append("…[cut, "u8);
        AppendNumber(text.Length, output);
        output.Append(" bytes]\""u8);
    }

    internal static void AppendNumber(int number, PooledBytes output)
    {
        const int longest = 11;
        Utf8Formatter.TryFormat(number, output.Reserve(longest), out var length);
        output.Advance(length);
    }
}
