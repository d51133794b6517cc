using System.Security.Cryptography;
using Telemetry.Wire;

namespace Fuzz.Targets;

/// <summary>One identity, one content: remembers what each accepted batch held.</summary>
internal sealed class KnownContents
{
    // The first ones stay: the seeds and what was made of them early are the identities that mutation meets again.
    private const int Most = 100_000;

    private readonly Dictionary<BatchId, UInt128> _contents = [];

    /// <summary>Checks an accepted batch against an earlier one of the same identity.</summary>
    /// <exception cref="FuzzRuleException">They differ.</exception>
    internal void Check(BatchId batch, ReadOnlySpan<byte> lines)
    {
        Span<byte> sha = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(lines, sha);
        var content = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(sha);
        if (_contents.TryGetValue(batch, out var known))
            FuzzRuleException.Unless(known == content, $"two contents were accepted as batch {batch}");
        else if (_contents.Count < Most)
            _contents.Add(batch, content);
    }
}
