namespace Telemetry.Wire;

/// <summary>The events of a batch, each as it was sent.</summary>
public sealed class OpenedBatch : IDisposable
{
    private readonly PooledBytes _lines;

    internal OpenedBatch(PooledBytes lines) => _lines = lines;

    /// <summary>JSON Lines: every event on one line that ends in LF.</summary>
    public ReadOnlyMemory<byte> Lines => _lines.Memory;

    /// <summary>Bytes of memory that it takes, which may be several times those of <see cref="Lines"/>.</summary>
    public int Capacity => _lines.Capacity;

    /// <summary>Gives the memory back; no event may be read any more.</summary>
    public void Dispose() => _lines.Dispose();
}
