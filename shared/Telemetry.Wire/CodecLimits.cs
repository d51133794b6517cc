namespace Telemetry.Wire;

/// <summary>What a receiver accepts; checked before memory is taken.</summary>
public sealed record CodecLimits
{
    /// <summary>The limits of docs/wire-format.md.</summary>
    public static CodecLimits Default { get; } = new();

    /// <summary>Chunks of a batch; at most 65,535.</summary>
    public int Chunks { get; init; } = 1_024;

    /// <summary>Bytes of a sealed batch.</summary>
    public int SealedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes of an opened batch: what a decompression may yield.</summary>
    public int BatchBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Events of a batch: each takes memory of its own beside its bytes, and the shortest line is one byte.</summary>
    public int Events { get; init; } = 65_536;

    /// <summary>Bytes of one event.</summary>
    public int EventBytes { get; init; } = 16 * 1024 * 1024;
}
