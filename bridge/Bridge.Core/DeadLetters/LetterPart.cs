using System.Globalization;
using System.Security.Cryptography;

namespace Bridge.Core.DeadLetters;

/// <summary>
/// A part of a dead letter whose body is larger than the broker accepts. Every part has the letter's headers, the digest of the
/// whole body, and <c>x-dead-part</c>: <c>i/n</c>, counted from 1.
/// </summary>
/// <param name="Index">Number of the part, from 1.</param>
/// <param name="Count">Number of parts, at least 1.</param>
/// <param name="Digest">SHA-256 of the whole body, in lower-case hexadecimal.</param>
internal sealed record LetterPart(int Index, int Count, string Digest)
{
    // Parts of a 16 MiB letter then have at least 1.6 KiB; no usable broker has a lower limit.
    private const int MaxParts = 10_000;

    /// <summary>The bytes of the whole body that this part contains.</summary>
    public Range Range { get; private init; } = Range.All;

    /// <summary>
    /// Splits a body. Returns a single null when the body is published whole, since it is small enough or too large even for
    /// parts.
    /// </summary>
    public static IEnumerable<LetterPart?> Split(ReadOnlyMemory<byte> body, long maxBytes)
    {
        if (body.Length <= maxBytes || maxBytes < (body.Length + MaxParts - 1) / MaxParts)
            return [null];
        var digest = DigestOf(body.Span);
        var size = (int)maxBytes;
        var count = (body.Length + size - 1) / size;
        return Enumerable.Range(0, count).Select(part => new LetterPart(part + 1, count, digest)
        {
            Range = (part * size)..Math.Min(body.Length, (part + 1) * size),
        });
    }

    /// <summary>Reads the headers of a part.</summary>
    /// <returns>Null when the message is no part of a letter, or its headers are malformed.</returns>
    public static LetterPart? Read(string? part, string? digest)
    {
        var separator = part?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        return separator > 0 && digest is { Length: 2 * SHA256.HashSizeInBytes }
            && int.TryParse(part.AsSpan(0, separator), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && int.TryParse(part.AsSpan(separator + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && index >= 1 && index <= count && count <= MaxParts
            ? new LetterPart(index, count, digest)
            : null;
    }

    /// <summary>SHA-256 in lower-case hexadecimal.</summary>
    public static string DigestOf(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body));

    /// <summary><c>i/n</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Count}");
}
