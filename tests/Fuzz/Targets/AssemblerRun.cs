using System.Buffers;
using Fuzz.Reference;
using Telemetry.Wire;

namespace Fuzz.Targets;

/// <summary>
/// One assembler beside its reference: after every step both say the same, and no token is lost or given back twice.
/// </summary>
internal sealed class AssemblerRun(OpenedBatches batches, Meter meter, Observation seen)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    private readonly BatchAssembler<int> _assembler = new(Timeout);
    private readonly ReferenceAssembler _reference = new(Timeout);
    private readonly HashSet<int> _out = [];
    private int _in;

    /// <summary>Runs a step.</summary>
    internal void Take(in AssemblerStep step, int token)
    {
        switch (step.Kind)
        {
            case AssemblerStepKind.Expire:
                Expire(DateTimeOffset.UnixEpoch + step.At);
                break;
            case AssemblerStepKind.Clear:
                Clear();
                break;
            case AssemblerStepKind.GiveFarthestBack:
                GiveFarthestBack(Spread(step.At), DateTimeOffset.UnixEpoch + step.At);
                break;
            case AssemblerStepKind.Pass:
                _assembler.NotePass(Spread(step.At), ulong.MaxValue / 2);
                _reference.NotePass(Spread(step.At), ulong.MaxValue / 2);
                break;
            default:
                Add(step, token);
                break;
        }

        FuzzRuleException.Unless(
            _assembler.Bytes == _reference.Bytes && _assembler.Chunks == _reference.Chunks,
            $"{_assembler.Bytes} bytes of {_assembler.Chunks} chunks are held:"
                + $" it should be {_reference.Bytes} of {_reference.Chunks}");
        FuzzRuleException.Unless(
            _assembler.Batches == _reference.Batches,
            $"{_assembler.Batches} batches wait: it should be {_reference.Batches}");
    }

    /// <summary>Lets the time of all batches pass.</summary>
    internal void End()
    {
        Expire(DateTimeOffset.MaxValue);
        FuzzRuleException.Unless(_out.Count == _in, $"{_in} chunks went in and {_out.Count} came out");
        FuzzRuleException.Unless(
            _assembler is { Bytes: 0, Batches: 0, Chunks: 0 }, "the assembler holds something when all time is over");
    }

    private void Add(in AssemblerStep step, int token)
    {
        if (ChunkHeader.Read(step.Chunk.Span, FuzzedReceiver.Limits, out var header) is { } refusal)
        {
            seen.Refuse(refusal);
            return;
        }

        _in++;
        var slice = step.Chunk[ChunkHeader.Size..];
        var at = DateTimeOffset.UnixEpoch + step.At;
        meter.Start();
        var assembly = _assembler.Add(header, slice, token, at);
        meter.Stop();
        Check(assembly, new HeldChunk(header, slice.ToArray(), token, at));
    }

    private void Check(Assembly<int> assembly, HeldChunk chunk)
    {
        var expected = _reference.Add(chunk);
        FuzzRuleException.Unless(
            assembly.State == expected.State && assembly.Refusal?.Reason == expected.Reason,
            $"the chunk is {assembly.State} {assembly.Refusal?.Reason}: it should be {expected.State} {expected.Reason}");
        Settle(assembly.Tokens, expected.Tokens);
        if (assembly.Refusal is { } refusal)
            seen.Refuse(refusal);
        else if (assembly.State is AssemblyState.Complete)
            Open(assembly, expected.Sealed);
        else
            seen.Note(assembly.State is AssemblyState.Held ? Outcomes.Held : Outcomes.Duplicate);
    }

    private void Open(Assembly<int> assembly, byte[] expected)
    {
        FuzzRuleException.Unless(
            assembly.Sealed.ToArray().AsSpan().SequenceEqual(expected),
            "the sealed batch is not its slices in the order of their index");
        batches.Open(assembly.Header, assembly.Sealed, meter, seen);
    }

    private void Expire(DateTimeOffset now)
    {
        List<int> tokens = [];
        meter.Start();
        while (_assembler.TakeExpired(now) is { } expired)
        {
            meter.Stop();
            seen.Refuse(expired.Refusal!);
            tokens.AddRange(expired.Tokens);
            meter.Start();
        }

        meter.Stop();
        Settle(tokens, _reference.Expire(now));
    }

    // Cursors all over the ring of digests.
    private static ulong Spread(TimeSpan at) => unchecked((ulong)at.Ticks * 0x9E37_79B9_7F4A_7C15);

    private void GiveFarthestBack(ulong cursor, DateTimeOffset now)
    {
        meter.Start();
        var tokens = _assembler.TakeFarthest(cursor, now, out var distance);
        meter.Stop();
        var expected = _reference.TakeFarthest(cursor, now, tokens);
        FuzzRuleException.Unless(
            distance == expected.Distance, $"the batch lies {distance} behind the cursor: it should be {expected.Distance}");
        Settle(tokens, expected.Tokens);
    }

    private void Clear()
    {
        meter.Start();
        var tokens = _assembler.Clear();
        meter.Stop();
        Settle(tokens, _reference.Clear());
    }

    private void Settle(IReadOnlyList<int> tokens, List<int> expected)
    {
        FuzzRuleException.Unless(
            tokens.Order().SequenceEqual(expected.Order()),
            "the tokens given back are not those of the chunks concerned");
        foreach (var token in tokens)
            FuzzRuleException.Unless(_out.Add(token), $"token {token} is given back twice");
    }
}
