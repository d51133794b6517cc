using System.Text;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Fuzz.Mutation;

/// <summary>
/// Batches as the sender makes them: every combination of size, compressibility and key, the same in every run.
/// </summary>
internal static class PackedBatches
{
    /// <summary>The texts of each batch's messages.</summary>
    internal static IReadOnlyList<IReadOnlyList<byte[]>> Texts { get; } = [.. Make()];

    private static IEnumerable<IReadOnlyList<byte[]>> Make()
    {
        var random = new Random(1);
        foreach (var key in FuzzedReceiver.Keys.Append(null))
        {
            foreach (var events in new[] { 1, 12, 120 })
                yield return Pack(JsonMutator.Lines(random), 65_536, key, random, events);
            foreach (var limit in new[] { 64, 128, 1_024 })
                yield return Pack(Event(random.Next(limit, limit * 12), random), limit, key, random, 1);
        }
    }

    private static List<byte[]> Pack(byte[] lines, int limit, MasterKey? key, Random random, int repeat)
    {
        var codec = FuzzedReceiver.Limits with { Chunks = 1_024 };
        var packer = new BatchPacker(limit, new SenderId(0x019a8c4d2e10, 9), key, codec, random.NextBytes);
        byte[] repeated = [.. Enumerable.Repeat(lines, repeat).SelectMany(line => line)];
        using var batch = packer.Pack(repeated, (uint)random.Next(), out _, out _)!;
        return [.. Enumerable.Range(0, batch.MessageCount).Select(index => Text(batch, index))];
    }

    private static byte[] Text(SealedBatch batch, int index)
    {
        var text = new byte[batch.MessageLength(index)];
        batch.WriteMessage(index, text);
        return text;
    }

    private static byte[] Event(int length, Random random)
    {
        var text = random.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef0123456789+/", length);
        return Encoding.ASCII.GetBytes($"{{\"signature\":\"{text}\"}}\n");
    }
}
