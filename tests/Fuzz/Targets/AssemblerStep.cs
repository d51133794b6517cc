using System.Buffers.Binary;

namespace Fuzz.Targets;

/// <summary>One step of an assembler's life, as it stands in an input: kind (1 byte), seconds (2 bytes), chunk.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="At">When, from the beginning; a chunk may be seen before the one that came before it.</param>
/// <param name="Chunk">Header and slice, where a chunk comes.</param>
internal readonly record struct AssemblerStep(AssemblerStepKind Kind, TimeSpan At, ReadOnlyMemory<byte> Chunk)
{
    internal static byte[] Write(AssemblerStepKind kind, int second, ReadOnlySpan<byte> chunk = default) =>
        [(byte)kind, (byte)(second >> 8), (byte)second, .. chunk];

    /// <summary>Reads any bytes as a step.</summary>
    internal static AssemblerStep Read(byte[] bytes)
    {
        if (bytes.Length < 3)
            return new AssemblerStep(AssemblerStepKind.Clear, TimeSpan.Zero, default);
        return new AssemblerStep(
            (AssemblerStepKind)(bytes[0] % 5),
            TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(1))),
            bytes.AsMemory(3));
    }
}

/// <summary>What happens in a step.</summary>
internal enum AssemblerStepKind : byte
{
    /// <summary>A chunk comes.</summary>
    Chunk,

    /// <summary>The assembler is asked for what has expired.</summary>
    Expire,

    /// <summary>The assembler forgets everything.</summary>
    Clear,

    /// <summary>The batch farthest behind a cursor is given back.</summary>
    GiveFarthestBack,

    /// <summary>The assembler is told that half of the batches have all their chunks that there are.</summary>
    Pass,
}
