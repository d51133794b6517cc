using System.Buffers.Binary;
using System.Diagnostics;

namespace Telemetry.Governance;

/// <summary>
/// Keeps a share of all traces. The trace's identity alone decides, by its last 7 bytes, which W3C asks to be random: every
/// sender with the same ratio keeps the same traces, and one with a higher ratio keeps them too.
/// </summary>
internal sealed class TraceSampling(double ratio)
{
    private const ulong Range = 1UL << 56;

    private readonly ulong _threshold = (ulong)((1 - ratio) * Range);

    internal bool KeepsAll => _threshold == 0;

    /// <summary>Decides for what happens now; what belongs to no trace is kept.</summary>
    internal bool KeepsCurrent() =>
        Activity.Current is not { IdFormat: ActivityIdFormat.W3C } activity || Keeps(activity.TraceId);

    /// <summary>Decides for a trace; the empty identity is none, and kept.</summary>
    internal bool Keeps(in ActivityTraceId trace)
    {
        if (KeepsAll || trace == default)
            return true;
        Span<byte> bytes = stackalloc byte[16];
        trace.CopyTo(bytes);
        return (BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) & (Range - 1)) >= _threshold;
    }
}
