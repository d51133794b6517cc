using System.Buffers;
using System.Buffers.Binary;
using Fuzz.Mutation;
using Fuzz.Reference;
using Telemetry.Wire;

namespace Fuzz.Targets;

/// <summary>
/// <see cref="BatchOpener"/>: a header, whether or not it passed the checks of a chunk, and a whole sealed batch.
/// </summary>
internal sealed class BatchTarget : IFuzzTarget
{
    private readonly OpenedBatches _batches = new();

    public string Name => "batch";

    public IEnumerable<FuzzInput> Seeds => SeedMessages.Whole.Select(FuzzInput.Of);

    public FuzzInput Make(Random random, InputPool pool)
    {
        if (random.Next(2) == 0)
            return FuzzInput.Of(BatchMaker.Make(random));

        var chunk = pool.Pick(random).Bytes.ToArray();
        var slice = chunk.AsSpan(Math.Min(ReferenceHeader.Size, chunk.Length));
        if (random.Next(4) != 0)
            chunk = [.. chunk[..^slice.Length], .. ByteMutator.Mutate(slice, pool.Pick(random).Bytes, random)];
        if (random.Next(4) == 0)
            ChunkBytes.MutateHeader(chunk, random);
        // Mostly with the digest right again: the digest stops nearly everything else.
        return FuzzInput.Of(random.Next(8) == 0 ? chunk : ChunkBytes.Refit(chunk));
    }

    public void Run(FuzzInput input, Meter meter, Observation seen)
    {
        var header = HeaderOf(input.Bytes);
        var start = Math.Min(ReferenceHeader.Size, input.Length);
        _batches.Open(header, new ReadOnlySequence<byte>(input.Bytes, start, input.Length - start), meter, seen);
    }

    // Rented once by doubling, and once for the decryption.
    public long MemoryBound(FuzzInput input) => (4L * FuzzedReceiver.Limits.BatchBytes) + (4L * input.Length) + 16_384;

    // Read without the checks that ChunkHeader.Read makes: the opener must stand on its own.
    private static ChunkHeader HeaderOf(byte[] input)
    {
        Span<byte> bytes = stackalloc byte[ReferenceHeader.Size];
        input.AsSpan(0, Math.Min(input.Length, bytes.Length)).CopyTo(bytes);
        return new ChunkHeader(
            (BatchFlags)(bytes[3] & 3),
            new BatchId(
                SenderId.Read(bytes[4..]),
                BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]),
                BinaryPrimitives.ReadUInt64BigEndian(bytes[28..])),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[20..]),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[22..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[24..]));
    }
}
