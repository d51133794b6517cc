using Telemetry.Wire;

namespace Bridge.Edge.Spool;

/// <summary>A batch as a row of the spool holds it.</summary>
/// <param name="Id">Its row; 0 before it is stored.</param>
/// <param name="StoredAt">When it was packed.</param>
/// <param name="Events">Events in it; 0 where that is not known.</param>
/// <param name="Bytes">The chunk's header and the sealed bytes.</param>
internal sealed record SpooledBatch(long Id, DateTimeOffset StoredAt, int Events, byte[] Bytes)
{
    /// <summary>Checks the header and the digest, which covers every bit.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public Refusal? Read(out ChunkHeader header)
    {
        if (ChunkHeader.Read(Bytes, CodecLimits.Default, out header) is { } refusal)
            return refusal;
        if (header.Count != 1)
            return Refusal.Malformed($"{header.Count} chunks: a batch in the spool has one");
        var digest = BatchDigest.Compute(Bytes.AsSpan(0, ChunkHeader.PrefixSize), header.Count, Bytes.AsSpan(ChunkHeader.Size));
        return digest == header.Batch.Digest ? null : Refusal.Malformed("the digest does not match: the batch was altered on the disk");
    }
}

/// <summary>A batch that need not be stored any longer.</summary>
/// <param name="Id">Its row.</param>
/// <param name="Events">Events in it.</param>
/// <param name="Bytes">Its bytes.</param>
internal readonly record struct SettledRow(long Id, int Events, int Bytes);
