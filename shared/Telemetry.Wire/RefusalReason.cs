namespace Telemetry.Wire;

/// <summary>Why a message or an event is dead-lettered instead of published; docs/wire-format.md lists when.</summary>
public enum RefusalReason
{
    /// <summary>No plain event and no valid chunk, or no JSON object.</summary>
    Malformed,

    /// <summary>Unknown version or flag.</summary>
    Unsupported,

    /// <summary>Unknown key version, or the tag does not verify.</summary>
    Undecryptable,

    /// <summary>Over a limit of <see cref="CodecLimits"/>.</summary>
    TooLarge,

    /// <summary>Two chunks of one batch with the same index and different bytes.</summary>
    Conflict,

    /// <summary>Chunks missing when the assembly time-out passed.</summary>
    Incomplete,

    /// <summary>No queue is bound for the event's routing key.</summary>
    Unroutable,

    /// <summary>The broker refused the event.</summary>
    Rejected,

    /// <summary>Failed again and again without any of the reasons above.</summary>
    Failed,
}
