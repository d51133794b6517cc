using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Benchmarks;

/// <summary>
/// Sealing and opening a full SQS message against Brotli and AES-GCM alone on the same bytes: what the framework allows.
/// </summary>
public class CodecBenchmarks
{
    private const int Quality = 4;
    private const int WindowBits = 18;
    private const int TagBytes = 16;

    private static readonly MasterKey Key = new("bench", new byte[32]);
    private static readonly byte[] Nonce = new byte[12];

    private readonly AesGcm _aes = new(new byte[32], TagBytes);
    private readonly BatchPacker _packer = new(QueueLimits.Sqs.MessageBytes, SenderId.Create(TimeProvider.System), Key);
    private readonly BatchOpener _opener = new(new KeyRing([Key]), CodecLimits.Default);
    private readonly byte[] _tag = new byte[TagBytes];
    private readonly byte[] _lines;
    private readonly byte[] _sealed;
    private readonly ChunkHeader _header;
    private readonly byte[] _packed;
    private readonly byte[] _encrypted;
    private readonly byte[] _compressedAgain;
    private readonly byte[] _opened;

    public CodecBenchmarks()
    {
        var lines = Lines(1_000_000);
        // Twice: the first batch teaches how well events compress.
        _packer.Pack(lines, 0, out _, out _)!.Dispose();
        using var batch = _packer.Pack(lines, 0, out var consumed, out _)!;
        _lines = lines[..consumed];
        (_sealed, _header) = Chunk(batch);
        _packed = Compress(_lines);
        _encrypted = new byte[_packed.Length];
        _aes.Encrypt(Nonce, _packed, _encrypted, _tag);
        _compressedAgain = new byte[BrotliEncoder.GetMaxCompressedLength(_lines.Length)];
        _opened = new byte[_lines.Length];
        Batch = [string.Create(CultureInfo.InvariantCulture, $"{_lines.Length}/{_lines.AsSpan().Count((byte)'\n')}")];
    }

    /// <summary>What one operation works on: bytes and events, briefly, since longer texts are cut in reports.</summary>
    public IReadOnlyList<string> Batch { get; }

    [ParamsSource(nameof(Batch))]
    public string Of { get; set; } = "";

    [Benchmark]
    public int Seal()
    {
        using var batch = _packer.Pack(_lines, 1, out var consumed, out _);
        return consumed;
    }

    [Benchmark]
    public int SealAlone()
    {
        BrotliEncoder.TryCompress(_lines, _compressedAgain, out var written, Quality, WindowBits);
        _aes.Encrypt(Nonce, _compressedAgain.AsSpan(0, written), _compressedAgain.AsSpan(0, written), _tag);
        return written;
    }

    [Benchmark]
    public int Open()
    {
        // As the bridge does: a batch is decompressed twice only where it is allowed to become large.
        if (_opener.Open(_header, new ReadOnlySequence<byte>(_sealed), BatchPacker.LargestBatch, out var batch) is { } refusal)
            throw new InvalidOperationException(refusal.ToString());
        using (batch)
            return batch!.Lines.Length;
    }

    [Benchmark]
    public int OpenAlone()
    {
        _aes.Decrypt(Nonce, _encrypted, _tag, _packed);
        BrotliDecoder.TryDecompress(_packed, _opened, out var written);
        return written;
    }

    private static (byte[] Sealed, ChunkHeader Header) Chunk(SealedBatch batch)
    {
        var text = new byte[batch.MessageLength(0)];
        batch.WriteMessage(0, text);
        using var message = MessageText.Decode(text, CodecLimits.Default);
        return (message.Slice.ToArray(), message.Header!.Value);
    }

    private static byte[] Compress(byte[] lines)
    {
        var packed = new byte[BrotliEncoder.GetMaxCompressedLength(lines.Length)];
        BrotliEncoder.TryCompress(lines, packed, out var written, Quality, WindowBits);
        return packed[..written];
    }

    private static byte[] Lines(int bytes)
    {
        var random = new Random(1);
        var text = new StringBuilder(bytes + 500);
        while (text.Length < bytes)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                {"timestamp":"2026-11-20T09:00:{{random.Next(60):d2}}.{{random.Next(10_000_000):d7}}Z","style":"logs","level":"info","message":"order accepted","attributes":{"orderId":{{random.Next(10_000_000, 99_999_999)}},"items":{{random.Next(1, 9)}},"total":{{random.Next(1, 500)}}.{{random.Next(10, 99)}},"currency":"EUR","durationMs":{{random.Next(1, 900)}}.{{random.Next(100, 999)}}},"traceparent":"00-{{random.NextInt64():x16}}{{random.NextInt64():x16}}-{{random.NextInt64():x16}}-01","service":"orders","release":"2026.11.3","instance":"eu-west-1-1"}
                """).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
