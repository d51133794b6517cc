using System.Buffers;
using Fuzz.Reference;
using Telemetry.Wire;

namespace Fuzz.Targets;

/// <summary>Opens sealed batches with the code under test and with the reference, and checks that they agree.</summary>
internal sealed class OpenedBatches
{
    private readonly BatchOpener _opener = new(FuzzedReceiver.KeyRing, FuzzedReceiver.Limits);
    private readonly KnownContents _contents = new();

    /// <summary>Opens a batch.</summary>
    /// <exception cref="FuzzRuleException">The answers differ, or the identity is known with other content.</exception>
    internal void Open(in ChunkHeader header, in ReadOnlySequence<byte> sealedBatch, Meter meter, Observation seen)
    {
        meter.Start();
        var refusal = _opener.Open(header, sealedBatch, out var batch);
        meter.Stop();
        using (batch)
        {
            FuzzRuleException.Unless(refusal is null == batch is not null, "a batch is either refused or opened");
            CheckAgainstReference(header, sealedBatch.ToArray(), refusal, batch);
            if (refusal is not null)
            {
                seen.Refuse(refusal);
                return;
            }

            _contents.Check(header.Batch, batch!.Lines.Span);
            if (header.Batch.Digest % 8 == 0)
                CheckBound(header, sealedBatch, batch.Lines.Length);
            seen.Accept($"{header.Flags} batch of 16^{Observation.Magnitude(batch.Lines.Length)} bytes");
        }
    }

    // A bound of the caller's own is kept to the byte; one batch in eight, since each costs two more openings.
    private void CheckBound(in ChunkHeader header, in ReadOnlySequence<byte> sealedBatch, int length)
    {
        FuzzRuleException.Unless(
            _opener.Open(header, sealedBatch, length, out var same) is null,
            "a batch is refused that opens to the bound");
        same!.Dispose();
        FuzzRuleException.Unless(
            _opener.Open(header, sealedBatch, length - 1, out _)?.Reason is RefusalReason.TooLarge,
            "a batch is not too large that opens to one byte over the bound");
        if (header.Flags is not BatchFlags.Brotli)
            return;
        FuzzRuleException.Unless(
            BrotliExpansion.Measure(sealedBatch, length, FuzzedReceiver.Limits.Events, out var measured) is null
                && measured == length,
            $"a batch of {length} bytes is measured as {measured}");
        FuzzRuleException.Unless(
            BrotliExpansion.Measure(sealedBatch, length - 1, FuzzedReceiver.Limits.Events, out _)?.Reason
                is RefusalReason.TooLarge,
            "a batch is measured as within the bound that is one byte over it");
    }

    private static void CheckAgainstReference(
        in ChunkHeader header, ReadOnlySpan<byte> sealedBatch, Refusal? refusal, OpenedBatch? batch)
    {
        Span<byte> bytes = stackalloc byte[ChunkHeader.Size];
        header.WriteTo(bytes);
        var expected = ReferenceBatch.Open(bytes, sealedBatch, FuzzedReceiver.Limits);
        if (refusal is null || expected.Reason is null)
        {
            FuzzRuleException.Unless(
                refusal?.Reason == expected.Reason,
                $"the batch is {Name(refusal?.Reason)}: by the page it is {Name(expected.Reason)}");
            FuzzRuleException.Unless(
                batch!.Lines.Span.SequenceEqual(expected.Lines.Span),
                "the batch opens to other bytes than by the page");
            return;
        }

        // A stream may be broken and over the limit at once: which is seen first depends on how much is decompressed at a time.
        var eitherOfTwo = header.Flags.HasFlag(BatchFlags.Brotli) && IsExpansion(refusal.Reason)
            && IsExpansion(expected.Reason.Value);
        FuzzRuleException.Unless(
            refusal.Reason == expected.Reason || eitherOfTwo,
            $"the batch is refused as {refusal.Reason}: by the page as {expected.Reason}");
    }

    private static bool IsExpansion(RefusalReason reason) => reason is RefusalReason.Malformed or RefusalReason.TooLarge;

    private static string Name(RefusalReason? reason) => reason?.ToString() ?? "accepted";
}
