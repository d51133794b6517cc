namespace Telemetry.Codec;

/// <summary>The events of a batch, each as it was sent.</summary>
public sealed class OpenedBatch : IDisposable
{
    private readonly PooledBytes _lines;

    internal OpenedBatch(PooledBytes lines) => _lines = lines;

    /// <summary>JSON Lines: every event on one line that ends in LF.</summary>
    public ReadOnlyMemory<byte> Lines => _lines.Memory;

    /// <summary>Gives the memory back; no event may be read any more.</summary>
    public void Dispose() => _lines.Dispose();
}
