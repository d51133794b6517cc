namespace Telemetry.Wire;

/// <summary>The reason for which a message or an event is dead-lettered.</summary>
/// <param name="Reason">The class of the reason.</param>
/// <param name="Detail">One line with the offending value; never a payload or a secret.</param>
public sealed record Refusal(RefusalReason Reason, string Detail)
{
    /// <summary>The reason's name on the wire, such as <c>too-large</c>.</summary>
    public string Code => CodeOf(Reason);

    /// <summary>The name on the wire of a reason.</summary>
    public static string CodeOf(RefusalReason reason) => reason switch
    {
        RefusalReason.Malformed => "malformed",
        RefusalReason.Unsupported => "unsupported",
        RefusalReason.Undecryptable => "undecryptable",
        RefusalReason.TooLarge => "too-large",
        RefusalReason.Conflict => "conflict",
        RefusalReason.Incomplete => "incomplete",
        RefusalReason.Unroutable => "unroutable",
        RefusalReason.Rejected => "rejected",
        RefusalReason.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "no such reason"),
    };

    /// <summary>Code and detail.</summary>
    public override string ToString() => $"{Code}: {Detail}";

    internal static Refusal Malformed(string detail) => new(RefusalReason.Malformed, detail);

    internal static Refusal Unsupported(string detail) => new(RefusalReason.Unsupported, detail);

    internal static Refusal Undecryptable(string detail) => new(RefusalReason.Undecryptable, detail);

    internal static Refusal TooLarge(string detail) => new(RefusalReason.TooLarge, detail);
}

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

    /// <summary>It failed repeatedly for none of the reasons above.</summary>
    Failed,
}
