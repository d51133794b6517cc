using System.Buffers;
using Telemetry.Wire;

namespace Telemetry.Tests.Support;

/// <summary>
/// Everything that the codec does on the receiving side, without queue and broker: texts in, events and refusals out.
/// </summary>
internal sealed class CodecReceiver(KeyRing keys, CodecLimits limits) : IDisposable
{
    internal static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    private readonly BatchAssembler<int> _assembler = new(Timeout);
    private readonly List<DecodedMessage> _messages = [];
    private readonly BatchOpener _opener = new(keys, limits);

    internal List<ReceivedBatch> Batches { get; } = [];

    internal List<byte[]> PlainEvents { get; } = [];

    internal List<Refusal> Refusals { get; } = [];

    /// <summary>Tokens of settled messages, in the order of settling.</summary>
    internal List<int> Settled { get; } = [];

    internal BatchAssembler<int> Assembler => _assembler;

    public void Dispose() => _messages.ForEach(message => message.Dispose());

    internal void Receive(ReadOnlySpan<byte> text, int token = 0)
    {
        // A held chunk's bytes are the assembler's until its token comes back.
        var message = MessageText.Decode(text, limits);
        _messages.Add(message);
        if (message.Refusal is { } refusal)
        {
            Refusals.Add(refusal);
            Settled.Add(token);
        }
        else if (message.Header is { } header)
        {
            Take(_assembler.Add(header, message.Slice, token, DateTimeOffset.UnixEpoch));
        }
        else
        {
            PlainEvents.Add(message.Bytes.ToArray());
            Settled.Add(token);
        }
    }

    internal void Expire()
    {
        while (_assembler.TakeExpired(DateTimeOffset.UnixEpoch + Timeout) is { } expired)
            Take(expired);
    }

    private void Take(Assembly<int> assembly)
    {
        Settled.AddRange(assembly.Tokens);
        if (assembly.Refusal is { } refusal)
            Refusals.Add(refusal);
        if (assembly.State is AssemblyState.Complete)
            Open(assembly.Header, assembly.Sealed);
    }

    private void Open(in ChunkHeader header, in ReadOnlySequence<byte> sealedBatch)
    {
        if (_opener.Open(header, sealedBatch, out var opened) is { } refusal)
        {
            Refusals.Add(refusal);
            return;
        }

        using (opened)
        {
            var lines = opened!.Lines.Span;
            List<byte[]> events = [];
            foreach (var range in new EventLines(lines))
                events.Add(lines[range].ToArray());
            Batches.Add(new ReceivedBatch(header.Batch, events));
        }
    }
}

/// <summary>A batch that was accepted.</summary>
internal sealed record ReceivedBatch(BatchId Id, IReadOnlyList<byte[]> Events);
