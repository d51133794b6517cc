using System.Text;
using Telemetry.Queues;
using Telemetry.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Tests.Wire;

/// <summary>No message that was altered on its way is accepted as what it is not.</summary>
public sealed class AlteredMessageTests
{
    private const int Small = 65_536;

    public static TheoryData<bool, bool, int> Kinds => new()
    {
        // encrypted, compressible, bytes of a message: the last ones leave in chunks
        { false, false, Small },
        { false, true, Small },
        { true, false, Small },
        { true, true, Small },
        { false, false, 128 },
        { true, false, 128 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Any_flipped_bit_is_refused_or_leaves_the_batch_incomplete(bool encrypted, bool compressible, int messageBytes)
    {
        var texts = Pack(encrypted, compressible, messageBytes, compressible ? 1_500 : 100);

        for (var message = 0; message < texts.Count; message++)
        {
            for (var bit = 0; bit < texts[message].Length * 8; bit++)
                AssertNotAccepted(texts, message, Flipped(texts[message], bit));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Any_truncation_is_refused(bool encrypted, bool compressible, int messageBytes)
    {
        var texts = Pack(encrypted, compressible, messageBytes, compressible ? 1_500 : 100);

        for (var message = 0; message < texts.Count; message++)
        {
            for (var length = 0; length < texts[message].Length; length++)
                AssertNotAccepted(texts, message, texts[message][..length]);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Flipped_bits_and_truncations_of_large_batches_are_refused(bool encrypted)
    {
        var texts = Pack(encrypted, compressible: false, Small, 100_000);
        var random = new Random(7);

        for (var run = 0; run < 200; run++)
        {
            var message = random.Next(texts.Count);
            AssertNotAccepted(texts, message, Flipped(texts[message], random.Next(texts[message].Length * 8)));
            AssertNotAccepted(texts, message, texts[message][..random.Next(texts[message].Length)]);
        }
    }

    [Fact]
    public void An_altered_chunk_never_spoils_the_content_of_the_good_ones()
    {
        var texts = Pack(encrypted: false, compressible: false, 128, 100);

        for (var bit = 0; bit < texts[0].Length * 8; bit++)
        {
            using var receiver = new CodecReceiver(KeyRing.Empty, CodecLimits.Default);
            receiver.Receive(Flipped(texts[0], bit));
            foreach (var text in texts)
                receiver.Receive(text);
            receiver.Expire();

            // Either the good chunks made the batch and the altered one was refused, or all were refused together.
            Assert.NotEmpty(receiver.Refusals);
            Assert.All(receiver.Batches, batch => Assert.Equal(Event(100, false), Assert.Single(batch.Events)));
        }
    }

    [Fact]
    public void Two_chunks_with_one_index_and_other_bytes_are_a_conflict_that_gives_back_all_tokens()
    {
        var texts = Pack(encrypted: false, compressible: false, 128, 200);
        var altered = Convert.FromBase64String(Encoding.ASCII.GetString(texts[1]));
        altered[^1] ^= 1;
        using var receiver = new CodecReceiver(KeyRing.Empty, CodecLimits.Default);

        receiver.Receive(texts[0], 10);
        receiver.Receive(texts[1], 11);
        receiver.Receive(MessageText.Encode(altered), 12);

        Assert.Equal(RefusalReason.Conflict, Assert.Single(receiver.Refusals).Reason);
        Assert.Equal([10, 11, 12], receiver.Settled);
    }

    private static void AssertNotAccepted(List<byte[]> texts, int message, byte[] altered)
    {
        using var receiver = new CodecReceiver(new KeyRing(WireSamples.Key), CodecLimits.Default);
        for (var other = 0; other < texts.Count; other++)
            receiver.Receive(other == message ? altered : texts[other]);
        receiver.Expire();

        Assert.Empty(receiver.Batches);
        Assert.Empty(receiver.PlainEvents);
        Assert.NotEmpty(receiver.Refusals);
    }

    private static List<byte[]> Pack(bool encrypted, bool compressible, int messageBytes, int eventBytes)
    {
        var packer = new BatchPacker(messageBytes, WireSamples.Sender, encrypted ? WireSamples.Key : null);
        using var batch = packer.Pack([.. Event(eventBytes, compressible), (byte)'\n'], 1, out _, out _);
        Assert.Equal(messageBytes == Small && eventBytes < Small, batch!.MessageCount == 1);
        Assert.Equal(encrypted, batch.Flags.HasFlag(BatchFlags.Encrypted));
        Assert.True(!compressible || batch.Flags.HasFlag(BatchFlags.Brotli));
        return [.. Texts.Of(batch)];
    }

    private static byte[] Event(int length, bool compressible) => WireSamples.Event(length, new Random(3), compressible);

    private static byte[] Flipped(byte[] text, int bit)
    {
        byte[] flipped = [.. text];
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }
}
