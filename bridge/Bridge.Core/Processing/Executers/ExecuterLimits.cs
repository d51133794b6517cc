using Telemetry.Wire;

namespace Bridge.Core.Processing.Executers;

/// <summary>Limits on what executers make of one event. They are checked before memory is taken.</summary>
internal sealed record ExecuterLimits
{
    /// <summary>Most events made of one. Default 65,536.</summary>
    public int Events { get; init; } = CodecLimits.Default.Events;

    /// <summary>Most bytes of an event. Default 16 MiB.</summary>
    public int EventBytes { get; init; } = CodecLimits.Default.EventBytes;

    /// <summary>Most bytes of all events made of one. Default 64 MiB.</summary>
    public long TotalBytes { get; init; } = 64L * 1024 * 1024;
}
