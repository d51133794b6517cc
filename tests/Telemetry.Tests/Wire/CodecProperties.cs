using FsCheck.Xunit;
using Telemetry.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Tests.Wire;

/// <summary>
/// What must hold for all events, limits and orders. A failure shows the scenario and the seed to repeat it with.
/// </summary>
[Properties(Arbitrary = [typeof(CodecScenario)], QuietOnSuccess = true)]
public sealed class CodecProperties
{
    [Property]
    public void What_comes_out_is_what_went_in_whatever_the_order_and_the_duplicates(CodecScenario scenario)
    {
        var packed = Enumerable.Range(0, scenario.Senders).SelectMany(sender => Pack(scenario, sender)).ToList();
        var random = new Random(scenario.Seed);
        var deliveries = packed.Concat(packed.Where(_ => random.Next(10) == 0)).ToArray();
        random.Shuffle(deliveries);
        using var receiver = new CodecReceiver(scenario.Keys, CodecLimits.Default);

        for (var token = 0; token < deliveries.Length; token++)
            receiver.Receive(deliveries[token], token);
        receiver.Expire();

        Assert.All(receiver.Refusals, refusal => Assert.Equal(RefusalReason.Incomplete, refusal.Reason));
        Assert.Equal(Enumerable.Range(0, deliveries.Length), receiver.Settled.Order());
        Assert.Equal(0, receiver.Assembler.Bytes);
        for (var sender = 0; sender < scenario.Senders; sender++)
            AssertSame(scenario.Events(sender), receiver.Batches, sender);
    }

    [Property]
    public void Every_text_is_within_the_limit_and_only_a_single_event_needs_several(CodecScenario scenario)
    {
        Pack(scenario, 0, batch =>
        {
            Assert.All(Texts.Of(batch), text => Assert.True(text.Length <= scenario.MessageBytes));
            Assert.True(batch.MessageCount == 1 || batch.Events == 1);
        });
    }

    [Property]
    public void A_header_reads_as_it_was_written(CodecScenario scenario)
    {
        var random = new Random(scenario.Seed);
        var count = (ushort)random.Next(1, 1_025);
        var slice = random.Next(1, 60_000);
        var index = (ushort)random.Next(count);
        var last = random.Next(1, slice + 1);
        var header = new ChunkHeader(
            (BatchFlags)random.Next(4),
            new BatchId(new SenderId((ulong)random.NextInt64(1L << 48), (ulong)random.NextInt64(1L << 48)), (uint)random.Next(),
                (ulong)random.NextInt64()),
            index,
            count,
            (uint)(((count - 1) * slice) + last));
        var chunk = new byte[ChunkHeader.Size + (index == count - 1 ? last : slice)];
        header.WriteTo(chunk);

        var refusal = ChunkHeader.Read(chunk, CodecLimits.Default, out var read);

        Assert.Null(refusal);
        Assert.Equal(header, read);
    }

    [Fact]
    public void Random_bytes_and_texts_are_refused_or_read_but_never_throw()
    {
        var random = new Random(20_260_101);
        using var receiver = new CodecReceiver(new KeyRing(WireSamples.Key), CodecLimits.Default with { BatchBytes = 1 << 20 });
        for (var run = 0; run < 20_000; run++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (run % 2 == 0)
            {
                // Half of them look like a chunk and so reach further inside.
                bytes = LikeAChunk(bytes, random);
            }

            receiver.Receive(run % 4 == 1 ? bytes : MessageText.Encode(bytes));
        }

        Assert.Contains(receiver.Refusals, refusal => refusal.Reason is RefusalReason.Undecryptable);
        Assert.Contains(receiver.Refusals, refusal => refusal.Detail.Contains("Brotli", StringComparison.Ordinal));
    }

    // A valid digest in front of random bytes: what is behind it must stand on its own.
    private static byte[] LikeAChunk(byte[] slice, Random random)
    {
        var flags = (BatchFlags)random.Next(4);
        if (flags.HasFlag(BatchFlags.Encrypted) && slice.Length > 3)
            "\u0002k1"u8.CopyTo(slice);
        var prefix = new byte[ChunkHeader.PrefixSize];
        ChunkHeader.WritePrefix(prefix, flags, WireSamples.Sender, 1);
        var id = new BatchId(WireSamples.Sender, 1, BatchDigest.Compute(prefix, 1, slice));
        var chunk = new byte[ChunkHeader.Size + slice.Length];
        new ChunkHeader(flags, id, 0, 1, (uint)slice.Length).WriteTo(chunk);
        slice.CopyTo(chunk, ChunkHeader.Size);
        return chunk;
    }

    private static List<byte[]> Pack(CodecScenario scenario, int sender, Action<SealedBatch>? look = null)
    {
        List<byte[]> texts = [];
        var packer = scenario.Packer(sender);
        var lines = WireSamples.Lines(scenario.Events(sender)).AsSpan();
        for (uint sequence = 0; !lines.IsEmpty; sequence++)
        {
            using var batch = packer.Pack(lines, sequence, out var consumed, out var refusal);
            Assert.Null(refusal);
            look?.Invoke(batch!);
            texts.AddRange(Texts.Of(batch!));
            lines = lines[consumed..];
        }

        return texts;
    }

    private static void AssertSame(IReadOnlyList<byte[]> sent, IEnumerable<ReceivedBatch> batches, int sender)
    {
        // A batch that came twice is recognised by its identity.
        var received = batches
            .Where(batch => batch.Id.Sender.Random == (ulong)sender)
            .DistinctBy(batch => batch.Id)
            .OrderBy(batch => batch.Id.Sequence)
            .SelectMany(batch => batch.Events)
            .ToList();
        Assert.Equal(sent.Count, received.Count);
        Assert.All(sent.Zip(received), pair => Assert.True(pair.First.AsSpan().SequenceEqual(pair.Second)));
    }
}
