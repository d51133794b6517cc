namespace Telemetry.Wire;

/// <summary>What became of a chunk that was handed to <see cref="BatchAssembler{TToken}"/>.</summary>
public enum AssemblyState
{
    /// <summary>Kept until the batch is whole.</summary>
    Held,

    /// <summary>The batch is whole.</summary>
    Complete,

    /// <summary>Already held, byte for byte.</summary>
    Duplicate,

    /// <summary>To be dead-lettered with the reason.</summary>
    Refused,
}
