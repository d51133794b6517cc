using Fuzz.Mutation;
using Fuzz.Reference;
using Telemetry.Wire;

namespace Fuzz.Targets;

/// <summary><see cref="BatchAssembler{TToken}"/>: chunks of several batches in any order, altered, repeated and late.</summary>
internal sealed class AssemblerTarget : IFuzzTarget
{
    private static readonly AssemblerStepKind[] Interruptions =
        [AssemblerStepKind.Clear, AssemblerStepKind.GiveFarthestBack, AssemblerStepKind.GiveFarthestBack, AssemblerStepKind.Pass];

    private readonly OpenedBatches _batches = new();

    public string Name => "assembler";

    public IEnumerable<FuzzInput> Seeds => SeedMessages.Chunks
        .Select(chunks => new FuzzInput([.. chunks.Select(chunk => AssemblerStep.Write(AssemblerStepKind.Chunk, 0, chunk))]));

    public FuzzInput Make(Random random, InputPool pool)
    {
        List<byte[]> steps = [];
        for (var batches = random.Next(1, 4); batches > 0; batches--)
            steps.AddRange(random.Next(3) == 0 ? pool.Pick(random).Parts.Take(24) : Chunks(random));
        for (var changes = random.Next(5); changes > 0; changes--)
            Change(steps, random);
        return new FuzzInput(steps);
    }

    public void Run(FuzzInput input, Meter meter, Observation seen)
    {
        var run = new AssemblerRun(_batches, meter, seen);
        for (var token = 0; token < input.Parts.Count; token++)
            run.Take(AssemblerStep.Read(input.Parts[token]), token);
        run.End();
    }

    // What a batch opens to, for every batch that the chunks can complete.
    public long MemoryBound(FuzzInput input) =>
        (8L * input.Length) + (4L * FuzzedReceiver.Limits.BatchBytes * Math.Max(1, input.Parts.Count / 8))
        + (2_048L * input.Parts.Count) + 65_536;

    private static IEnumerable<byte[]> Chunks(Random random)
    {
        var whole = BatchMaker.Make(random);
        var sealedBytes = whole.Length - ReferenceHeader.Size;
        var slice = Math.Max(1, sealedBytes / random.Next(1, 6));
        var chunks = sealedBytes == 0 ? [whole] : ChunkBytes.Cut(whole, slice).ToArray();
        random.Shuffle(chunks);
        var second = random.Next(700);
        return chunks.Select(chunk => AssemblerStep.Write(AssemblerStepKind.Chunk, Math.Max(0, second - random.Next(5)), chunk));
    }

    private static void Change(List<byte[]> steps, Random random)
    {
        if (steps.Count == 0)
            return;
        var at = random.Next(steps.Count);
        var step = steps[at].ToArray();
        switch (random.Next(8))
        {
            case 0:
                steps.RemoveAt(at);
                break;
            case 1:
                steps.Insert(random.Next(steps.Count), step);
                break;
            case 2:
                (steps[at], steps[0]) = (steps[0], steps[at]);
                break;
            case 3:
                steps.Insert(at, AssemblerStep.Write(AssemblerStepKind.Expire, random.Next(1_400)));
                break;
            case 4:
                steps.Insert(at, AssemblerStep.Write(Interruptions[random.Next(Interruptions.Length)], random.Next(2_000)));
                break;
            case 5 when step.Length > 3:
                // The same chunk once more, with a bit of its slice or a field of its header changed.
                step[^1] ^= (byte)(1 << random.Next(8));
                steps.Add(step);
                break;
            case 6:
                var chunk = step.AsSpan(Math.Min(3, step.Length)).ToArray();
                ChunkBytes.MutateHeader(chunk, random);
                steps.Insert(at, [.. step[..^chunk.Length], .. chunk]);
                break;
            default:
                steps[at] = ByteMutator.Mutate(step, steps[0], random);
                break;
        }
    }
}
