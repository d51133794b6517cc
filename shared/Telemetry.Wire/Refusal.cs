namespace Telemetry.Wire;

/// <summary>Why something is dead-lettered.</summary>
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
