namespace Fuzz;

/// <summary>What one run of a target reads: one piece of bytes, or several steps. Never changed once made.</summary>
/// <param name="Parts">The pieces, whose meaning is the target's.</param>
internal sealed record FuzzInput(IReadOnlyList<byte[]> Parts)
{
    /// <summary>Bytes in all.</summary>
    internal int Length => Parts.Sum(part => part.Length);

    /// <summary>The bytes of an input that is one piece.</summary>
    internal byte[] Bytes => Parts[0];

    internal static FuzzInput Of(byte[] bytes) => new([bytes]);
}
