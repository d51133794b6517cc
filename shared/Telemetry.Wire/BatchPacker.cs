using System.IO.Compression;
using static System.FormattableString;

namespace Telemetry.Wire;

/// <summary>
/// Packs events into sealed batches. A batch holds as many events as fit into one queue message after compression, or a single
/// event that is larger than a message and is sent in chunks. Not safe for use by several threads at once.
/// </summary>
public sealed class BatchPacker
{
    /// <summary>Bytes of events that one batch holds at most, unless a single event is larger.</summary>
    public const int LargestBatch = 8 * 1024 * 1024;

    // A smaller batch is one small message with or without compression, so compression would save nothing.
    private const int CompressFrom = 1_024;

    /// <summary>The shortest message that a batch can be packed for: the header and 12 bytes of a slice, in Base64.</summary>
    public const int SmallestMessageBytes = 64;

    private const int FastQuality = 1;
    private const int FastWindowBits = 18;

    private readonly SenderId _sender;
    private readonly MasterKey? _key;
    private readonly CodecLimits _limits;
    private readonly BatchCipher.FillRandom _random;
    private readonly int _sliceBytes;
    private readonly int _room;

    // The last compression ratio. Telemetry compresses to about a fifth. If this is too high, a batch is compressed once more; if
    // it is too low, a message is not full.
    private double _ratio = 4;

    /// <summary>Packs for one queue.</summary>
    /// <param name="messageBytes">Bytes of the longest message text that the queue accepts.</param>
    /// <param name="sender">The identity of the sender.</param>
    /// <param name="key">Encrypts them, when given.</param>
    /// <param name="codec">What the receiver accepts; the defaults when null.</param>
    /// <exception cref="ArgumentException"><paramref name="messageBytes"/> is less than
    /// <see cref="SmallestMessageBytes"/>.</exception>
    public BatchPacker(int messageBytes, SenderId sender, MasterKey? key = null, CodecLimits? codec = null)
        : this(messageBytes, sender, key, codec ?? CodecLimits.Default, System.Security.Cryptography.RandomNumberGenerator.Fill)
    {
    }

    internal BatchPacker(int messageBytes, SenderId sender, MasterKey? key, CodecLimits codec, BatchCipher.FillRandom random)
    {
        if (messageBytes < SmallestMessageBytes)
        {
            throw new ArgumentException(
                Invariant($"messages of {messageBytes} bytes are too small: the format needs {SmallestMessageBytes}"),
                nameof(messageBytes));
        }

        MessageBytes = messageBytes;
        _sender = sender;
        _key = key;
        _limits = codec;
        _random = random;
        _sliceBytes = SliceBytes(messageBytes);
        _room = Math.Max(0, _sliceBytes - (key is null ? 0 : BatchCipher.Overhead(key)));
    }

    /// <summary>Bytes of the longest message text that this packer writes.</summary>
    public int MessageBytes { get; }

    /// <summary>Bytes of events that probably fill a message, estimated from earlier batches.</summary>
    public int BytesToFill => (int)Math.Clamp(_room * _ratio * 1.05, 1, LargestBatch);

    /// <summary>
    /// Bytes of a slice in a message of at most <paramref name="messageBytes"/> of Base64: 3 for every 4, less the header.
    /// </summary>
    public static int SliceBytes(int messageBytes) => (messageBytes / 4 * 3) - ChunkHeader.Size;

    /// <summary>Seals events from the start of <paramref name="lines"/>.</summary>
    /// <param name="lines">At least one event; every event is one line that ends in LF.</param>
    /// <param name="sequence">The sender's batch counter.</param>
    /// <param name="consumed">Bytes at the start of <paramref name="lines"/> that are in the batch or are refused.</param>
    /// <param name="refusal">Why the first event cannot be sent, when the result is null.</param>
    /// <returns>The batch, to be disposed by the caller; null when the first event is over a limit of the receiver.</returns>
    public SealedBatch? Pack(ReadOnlySpan<byte> lines, uint sequence, out int consumed, out Refusal? refusal)
    {
        refusal = null;
        var firstLine = lines.IndexOf((byte)'\n') + 1;
        ArgumentOutOfRangeException.ThrowIfZero(firstLine, nameof(lines));
        if (firstLine - 1 > _limits.EventBytes)
        {
            consumed = firstLine;
            refusal = Refusal.TooLarge(Invariant($"an event of {firstLine - 1} bytes: the limit is {_limits.EventBytes}"));
            return null;
        }

        var (bytes, flags) = Compress(lines[..EndOfEvents(lines, firstLine)], firstLine, out consumed);
        var batch = Seal(bytes, flags, sequence, lines[..consumed].Count((byte)'\n'));
        if (batch.MessageCount <= _limits.Chunks && batch.Length <= _limits.SealedBytes)
            return batch;

        refusal = Refusal.TooLarge(
            Invariant($"an event of {firstLine - 1} bytes needs {batch.MessageCount} messages of this queue")
            + Invariant($" and {batch.Length} bytes:")
            + Invariant($" the limits are {_limits.Chunks} and {_limits.SealedBytes}"));
        batch.Dispose();
        return null;
    }

    /// <summary>
    /// Seals all lines as one batch, compressed as fast as Brotli can: for a store on disk, where no queue charges for bytes.
    /// The packer's messages must be long enough for it.
    /// </summary>
    /// <param name="lines">Events within the receiver's limits; every event is one line that ends in LF.</param>
    /// <param name="sequence">The sender's batch counter.</param>
    /// <returns>The batch, to be disposed by the caller.</returns>
    internal SealedBatch PackWhole(ReadOnlySpan<byte> lines, uint sequence)
    {
        var (bytes, flags) = lines.Length <= CompressFrom ? (Copy(lines), BatchFlags.None) : CompressFast(lines);
        return Seal(bytes, flags, sequence, lines.Count((byte)'\n'));
    }

    /// <summary>
    /// Splits batches that were sealed for longer messages into messages of this packer's length, in place. The sealed bytes, the
    /// sender and the sequence stay the same. The digest changes, since it covers the number of messages.
    /// </summary>
    /// <returns>False when every batch fits already, or when one would need more messages than the receiver accepts.</returns>
    internal bool TrySplit(IList<SealedBatch> batches)
    {
        if (batches.All(Fits) || batches.Any(batch => CountOf(batch.Length) > _limits.Chunks))
            return false;
        for (var i = 0; i < batches.Count; i++)
        {
            if (!Fits(batches[i]))
                batches[i] = batches[i].Split(CountOf(batches[i].Length), _sliceBytes);
        }

        return true;
    }

    private bool Fits(SealedBatch batch) => batch.MessageLength(0) <= MessageBytes;

    // Above 65,535 the count would be wrong, but so many chunks are over the limit and never sent.
    private ushort CountOf(int length) => (ushort)Math.Min(ushort.MaxValue, (length + _sliceBytes - 1) / _sliceBytes);

    private (PooledBytes Bytes, BatchFlags Flags) Compress(ReadOnlySpan<byte> lines, int firstLine, out int consumed)
    {
        if (lines.Length <= CompressFrom && lines.Length <= _room)
        {
            consumed = lines.Length;
            return (Copy(lines), BatchFlags.None);
        }

        using var stream = new BrotliBatch(_room);
        var guessed = stream.Fill(lines, _ratio);
        if (!guessed && !stream.Fill(lines[..Math.Max(firstLine, WholeLines(lines, _room))], 1))
        {
            // Not compressible: the events that fit as they are.
            _ratio = 1;
            consumed = WholeLines(lines, _room);
            return (Copy(lines[..consumed]), BatchFlags.None);
        }

        consumed = stream.Consumed;
        if (stream.Length <= _room)
            Learn((double)consumed / stream.Length, guessed);
        return stream.Length < consumed ? (stream.Detach(), BatchFlags.Brotli) : (Copy(lines[..consumed]), BatchFlags.None);
    }

    private static (PooledBytes Bytes, BatchFlags Flags) CompressFast(ReadOnlySpan<byte> lines)
    {
        var compressed = new PooledBytes(lines.Length);
        if (BrotliEncoder.TryCompress(lines, compressed.Free[..(lines.Length - 1)], out var written, FastQuality, FastWindowBits))
        {
            compressed.Advance(written);
            return (compressed, BatchFlags.Brotli);
        }

        compressed.Append(lines);
        return (compressed, BatchFlags.None);
    }

    // The end of the events that one batch may hold.
    private int EndOfEvents(ReadOnlySpan<byte> lines, int firstLine)
    {
        lines = lines[..Math.Min(lines.Length, Math.Max(LargestBatch, firstLine))];
        if (lines.Length <= _limits.Events || lines.Count((byte)'\n') <= _limits.Events)
            return lines.Length;
        var end = 0;
        for (var events = 0; events < _limits.Events; events++)
            end += lines[end..].IndexOf((byte)'\n') + 1;
        return end;
    }

    private void Learn(double ratio, bool guessed) => _ratio = Math.Max(1, guessed ? (_ratio + ratio) / 2 : ratio);

    private SealedBatch Seal(PooledBytes bytes, BatchFlags flags, uint sequence, int events)
    {
        Span<byte> prefix = stackalloc byte[ChunkHeader.PrefixSize];
        if (_key is not null)
        {
            flags |= BatchFlags.Encrypted;
            ChunkHeader.WritePrefix(prefix, flags, _sender, sequence);
            bytes = Encrypt(_key, bytes, prefix);
        }
        else
        {
            ChunkHeader.WritePrefix(prefix, flags, _sender, sequence);
        }

        var count = CountOf(bytes.Length);
        var id = new BatchId(_sender, sequence, BatchDigest.Compute(prefix, count, bytes.Span));
        return new SealedBatch(bytes, new ChunkHeader(flags, id, 0, count, (uint)bytes.Length), _sliceBytes, events);
    }

    private PooledBytes Encrypt(MasterKey key, PooledBytes plain, ReadOnlySpan<byte> prefix)
    {
        var size = plain.Length + BatchCipher.Overhead(key);
        var encrypted = new PooledBytes(size);
        BatchCipher.Seal(key, prefix, plain.Span, encrypted.Free[..size], _random);
        encrypted.Advance(size);
        plain.Dispose();
        return encrypted;
    }

    private static int WholeLines(ReadOnlySpan<byte> lines, int most) =>
        lines[..Math.Min(most, lines.Length)].LastIndexOf((byte)'\n') + 1;

    private static PooledBytes Copy(ReadOnlySpan<byte> bytes)
    {
        var copy = new PooledBytes(bytes.Length);
        copy.Append(bytes);
        return copy;
    }
}
