using System.Runtime.InteropServices;

namespace Bridge.Assemble;

/// <summary>Batches that wait for chunks.</summary>
/// <param name="Batches">How many.</param>
/// <param name="Bytes">Memory that their chunks take.</param>
/// <param name="OldestSeen">When the first chunk of the oldest was received; null when there is none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct IncompleteBatches(int Batches, long Bytes, DateTimeOffset? OldestSeen)
{
    /// <summary>How long the oldest has waited; zero when there is none.</summary>
    public TimeSpan OldestAge(DateTimeOffset now) => OldestSeen is { } seen && now > seen ? now - seen : TimeSpan.Zero;

    /// <summary>These and others.</summary>
    public IncompleteBatches And(IncompleteBatches others) => new(
        Batches + others.Batches,
        Bytes + others.Bytes,
        OldestSeen is { } mine && !(others.OldestSeen < mine) ? mine : others.OldestSeen);
}
