using System.Diagnostics.CodeAnalysis;
using Telemetry.Wire;

namespace Telemetry.Governance;

/// <summary>The memory for rewriting events. Each thread has its own and reuses it for every event.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as its thread and holds only memory.")]
internal sealed class RewriteScratch
{
    private const int LargestKept = 1024 * 1024;

    [ThreadStatic]
    private static RewriteScratch? s_mine;

    private RewriteScratch()
    {
    }

    /// <summary>The calling thread's own.</summary>
    internal static RewriteScratch Mine => s_mine ??= new RewriteScratch();

    /// <summary>The rewritten event.</summary>
    internal PooledBytes Event { get; } = new(4_096);

    /// <summary>A text without escapes.</summary>
    internal PooledBytes Text { get; } = new(1_024);

    /// <summary>A text without secrets.</summary>
    internal PooledBytes Redacted { get; } = new(1_024);

    /// <summary>Names of the event that were changed.</summary>
    internal int RedactedNames { get; set; }

    /// <summary>Keeps no large memory for good.</summary>
    internal void Shrink()
    {
        foreach (var bytes in (ReadOnlySpan<PooledBytes>)[Event, Text, Redacted])
        {
            if (bytes.Length + bytes.Free.Length > LargestKept)
                bytes.Dispose();
        }
    }
}
