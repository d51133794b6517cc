using System.Buffers;
using Fuzz.Mutation;
using Fuzz.Reference;
using Telemetry.Wire;

namespace Fuzz.Targets;

/// <summary><see cref="MessageText.Decode"/>, and the opening of what is a whole batch: the way of most messages.</summary>
internal sealed class TextTarget : IFuzzTarget
{
    private readonly OpenedBatches _batches = new();

    public string Name => "text";

    public IEnumerable<FuzzInput> Seeds => SeedMessages.Texts.SelectMany(texts => texts).Select(FuzzInput.Of);

    public FuzzInput Make(Random random, InputPool pool)
    {
        var text = random.Next(8) switch
        {
            0 => MessageText.Encode(BatchMaker.Make(random)),
            1 => Plain(random),
            2 => MutatedInside(pool.Pick(random).Bytes, pool.Pick(random).Bytes, random),
            _ => pool.Pick(random).Bytes,
        };
        return FuzzInput.Of(random.Next(4) switch
        {
            0 => text,
            1 => ByteMutator.Mutate(text, pool.Pick(random).Bytes, random),
            _ => Base64Mutator.Mutate(text, random),
        });
    }

    public void Run(FuzzInput input, Meter meter, Observation seen)
    {
        meter.Start();
        var message = MessageText.Decode(input.Bytes, FuzzedReceiver.Limits);
        meter.Stop();
        using (message)
        {
            var reason = Expect(input.Bytes, out var expected);
            FuzzRuleException.Unless(
                message.Refusal?.Reason == reason,
                $"the text is {message.Refusal?.Code ?? "accepted"}: by the page it is {reason?.ToString() ?? "accepted"}");
            FuzzRuleException.Unless(
                message.Bytes.Span.SequenceEqual(expected),
                "the text decodes to other bytes than by the page");
            Accept(input.Bytes, message, meter, seen);
        }
    }

    public long MemoryBound(FuzzInput input) => (4L * FuzzedReceiver.Limits.BatchBytes) + (8L * input.Length) + 16_384;

    private void Accept(byte[] text, DecodedMessage message, Meter meter, Observation seen)
    {
        if (message.Refusal is { } refusal)
        {
            seen.Refuse(refusal);
        }
        else if (message.Header is not { } header)
        {
            seen.Accept(ReferenceText.IsPlain(text) ? "plain event" : "plain event in Base64");
        }
        else
        {
            FuzzRuleException.Unless(
                text.AsSpan().SequenceEqual(MessageText.Encode(message.Bytes.Span)),
                "a chunk is not encoded as the text that it came in");
            if (header.Count == 1)
                _batches.Open(header, new ReadOnlySequence<byte>(message.Slice), meter, seen);
            else
                seen.Accept("chunk of several");
        }
    }

    private static RefusalReason? Expect(byte[] text, out byte[] bytes)
    {
        bytes = [];
        var plain = ReferenceText.IsPlain(text);
        if ((plain ? text : ReferenceText.DecodeBase64(text)) is not { } decoded)
            return RefusalReason.Malformed;
        RefusalReason? reason;
        if (ReferenceText.IsPlain(decoded))
        {
            decoded = ReferenceText.SkipMark(decoded);
            reason = decoded.Length > FuzzedReceiver.Limits.EventBytes ? RefusalReason.TooLarge : null;
        }
        else
        {
            var isCanonical = text.Length == (decoded.Length + 2) / 3 * 4;
            reason = ReferenceHeader.Check(decoded, FuzzedReceiver.Limits) ?? (isCanonical ? null : RefusalReason.Malformed);
        }

        bytes = reason is null ? decoded : [];
        return reason;
    }

    private static byte[] Plain(Random random)
    {
        var json = random.Next(50) == 0
            ? [(byte)'{', .. new byte[FuzzedReceiver.Limits.EventBytes - random.Next(2)]]
            : random.Next(8) == 0 ? [.. "\uFEFF"u8, .. JsonMutator.Lines(random)]
            : JsonMutator.Mutate(JsonMutator.Lines(random), "{"u8, random);
        return random.Next(2) == 0 ? json : MessageText.Encode(json);
    }

    private static byte[] MutatedInside(byte[] text, byte[] other, Random random)
    {
        if (ReferenceText.DecodeBase64(text) is not { } chunk)
            return text;
        if (random.Next(2) == 0)
            ChunkBytes.MutateHeader(chunk, random);
        else
            chunk = ByteMutator.Mutate(chunk, other, random);
        return MessageText.Encode(random.Next(2) == 0 ? ChunkBytes.Refit(chunk) : chunk);
    }
}
