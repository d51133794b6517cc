using System.Globalization;
using System.Security.Cryptography;

namespace Bridge.Core.DeadLetters;

/// <summary>
/// Part of a dead letter whose body is larger than the broker accepts. All parts carry the letter's headers, its digest, and
/// <c>x-dead-part</c>: <c>i/n</c>, counted from 1.
/// </summary>
/// <param name="Index">From 1.</param>
/// <param name="Count">Parts of the letter, at least 1.</param>
/// <param name="Digest">SHA-256 of the whole body, in lower-case hexadecimal.</param>
internal sealed record LetterPart(int Index, int Count, string Digest)
{
    // A letter of 16 MiB then has parts of 1.6 KiB; no usable broker accepts less.
    private const int MostParts = 10_000;

    /// <summary>Bytes of the whole that this part holds.</summary>
    public Range Range { get; private init; } = Range.All;

    /// <summary>
    /// The parts of a body; only a null when it is kept whole, because it is small enough or too large even for parts.
    /// </summary>
    public static IEnumerable<LetterPart?> Split(ReadOnlyMemory<byte> body, long mostBytes)
    {
        if (body.Length <= mostBytes || mostBytes < (body.Length + MostParts - 1) / MostParts)
            return [null];
        var digest = DigestOf(body.Span);
        var size = (int)mostBytes;
        var count = (body.Length + size - 1) / size;
        return Enumerable.Range(0, count).Select(part => new LetterPart(part + 1, count, digest)
        {
            Range = (part * size)..Math.Min(body.Length, (part + 1) * size),
        });
    }

    /// <summary>Reads the headers of a part.</summary>
    /// <returns>Null when this is not a part of a letter, or its headers are malformed.</returns>
    public static LetterPart? Read(string? part, string? digest)
    {
        var separator = part?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        return separator > 0 && digest is { Length: 2 * SHA256.HashSizeInBytes }
            && int.TryParse(part.AsSpan(0, separator), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && int.TryParse(part.AsSpan(separator + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && index >= 1 && index <= count && count <= MostParts
            ? new LetterPart(index, count, digest)
            : null;
    }

    /// <summary>SHA-256 in lower-case hexadecimal.</summary>
    public static string DigestOf(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body));

    /// <summary><c>i/n</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Count}");
}
