using Fuzz.Mutation;
using Fuzz.Reference;
using Telemetry.Wire;

namespace Fuzz.Targets;

/// <summary><see cref="ChunkHeader.Read"/>: a header and the slice behind it.</summary>
internal sealed class HeaderTarget : IFuzzTarget
{
    public string Name => "header";

    public IEnumerable<FuzzInput> Seeds => SeedMessages.Chunks.SelectMany(chunks => chunks).Select(FuzzInput.Of);

    public FuzzInput Make(Random random, InputPool pool)
    {
        var chunk = random.Next(3) == 0 ? Consistent(random) : [.. pool.Pick(random).Bytes];
        if (random.Next(8) != 0)
            ChunkBytes.MutateHeader(chunk, random);
        if (random.Next(4) == 0)
            ChunkBytes.MutateHeader(chunk, random);
        return FuzzInput.Of(random.Next(6) == 0 ? ByteMutator.Mutate(chunk, pool.Pick(random).Bytes, random) : chunk);
    }

    public void Run(FuzzInput input, Meter meter, Observation seen)
    {
        meter.Start();
        var refusal = ChunkHeader.Read(input.Bytes, FuzzedReceiver.Limits, out var header);
        meter.Stop();

        var expected = ReferenceHeader.Check(input.Bytes, FuzzedReceiver.Limits);
        FuzzRuleException.Unless(
            refusal?.Reason == expected,
            $"the header is {refusal?.Code ?? "accepted"}: by the page it is {expected?.ToString() ?? "accepted"}");
        if (refusal is not null)
        {
            seen.Refuse(refusal);
            return;
        }

        Span<byte> written = stackalloc byte[ChunkHeader.Size];
        header.WriteTo(written);
        FuzzRuleException.Unless(
            input.Bytes.AsSpan(0, ChunkHeader.Size).SequenceEqual(written),
            "a header is not written as it was read");
        var place = header.Count == 1 ? "only" : header.Index == header.Count - 1 ? "last" : "inner";
        seen.Accept($"{header.Flags} {place} chunk of 16^{Observation.Magnitude(header.Count)}");
    }

    public long MemoryBound(FuzzInput input) => 16_384;

    // A slice, anywhere in a batch that it fits into.
    private static byte[] Consistent(Random random)
    {
        var count = (ushort)random.Next(1, random.Next(2) == 0 ? 4 : FuzzedReceiver.Limits.Chunks + 2);
        var slice = random.Next(1, 600);
        var last = random.Next(1, slice + 1);
        var index = (ushort)(random.Next(3) == 0 ? count - 1 : random.Next(count));
        var sender = new SenderId((ulong)random.NextInt64(1L << 48), (ulong)random.NextInt64(1L << 48));
        var id = new BatchId(sender, (uint)random.Next(), (ulong)random.NextInt64());
        var header = new ChunkHeader((BatchFlags)random.Next(4), id, index, count, (uint)(((count - 1) * slice) + last));
        var chunk = new byte[ChunkHeader.Size + (index == count - 1 ? last : slice)];
        header.WriteTo(chunk);
        return chunk;
    }
}
