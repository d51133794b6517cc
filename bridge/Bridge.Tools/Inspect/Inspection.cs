using System.Buffers;
using System.Text;
using Bridge.Core.Routing;
using Telemetry.Wire;

namespace Bridge.Tools.Inspect;

/// <summary>Shows the contents of queue messages. Assembles the chunks of a batch first.</summary>
/// <param name="keys">Keys for encrypted batches.</param>
/// <param name="output">Receives headers, and events byte for byte.</param>
/// <param name="errors">Receives refusals.</param>
internal sealed class Inspection(KeyRing keys, Stream output, TextWriter errors) : IDisposable
{
    private const int FormatVersion = 1;

    // Reports what the bridge would refuse. The routing key does not matter here.
    private readonly EventRouter _router = new(RoutingKeyTemplate.Parse("any"), CodecLimits.Default);
    private readonly BatchOpener _opener = new(keys, CodecLimits.Default);
    private readonly BatchAssembler<int> _assembler = new(Timeout.InfiniteTimeSpan);
    private readonly List<DecodedMessage> _messages = [];
    private bool _refused;

    /// <summary>Shows one message.</summary>
    /// <param name="index">Its place in the input, from 0.</param>
    /// <param name="text">Its text.</param>
    public void Show(int index, ReadOnlyMemory<byte> text)
    {
        // The assembler refers to its bytes, so it is disposed only at the end.
        var message = MessageText.Decode(text.Span, CodecLimits.Default);
        _messages.Add(message);
        if (index > 0)
            Write("\n");
        if (message.Refusal is { } refusal)
            Refuse(index, refusal);
        else if (message.Header is { } header)
            ShowChunk(index, header, message.Slice);
        else
            ShowPlain(index, message.Bytes.Span);
    }

    /// <summary>Ends the inspection.</summary>
    /// <returns>True when nothing was refused.</returns>
    public bool Complete()
    {
        output.Flush();
        return !_refused;
    }

    public void Dispose() => _messages.ForEach(message => message.Dispose());

    private void ShowPlain(int index, ReadOnlySpan<byte> json)
    {
        Write($"plain event, {json.Length} bytes\n\n");
        output.Write(json);
        Write("\n");
        var refused = new List<RefusedEvent>();
        _router.RoutePlain(json, refused);
        Refuse(index, refused);
    }

    private void ShowChunk(int index, in ChunkHeader header, ReadOnlyMemory<byte> slice)
    {
        WriteHeader(header, slice.Length);
        var assembly = _assembler.Add(header, slice, index, DateTimeOffset.UnixEpoch);
        switch (assembly.State)
        {
            case AssemblyState.Held:
                Write($"\nchunk {header.Index + 1} of {header.Count}: lines need all chunks\n");
                break;
            case AssemblyState.Duplicate:
                Write("\na duplicate of a chunk before it\n");
                break;
            case AssemblyState.Refused:
                Refuse(index, assembly.Refusal!);
                break;
            default:
                ShowBatch(index, header, assembly.Sealed);
                break;
        }
    }

    private void ShowBatch(int index, in ChunkHeader header, in ReadOnlySequence<byte> sealedBatch)
    {
        if (_opener.Open(header, sealedBatch, out var batch) is { } refusal)
        {
            Refuse(index, refusal);
            return;
        }

        using (batch)
        {
            Write("\n");
            output.Write(batch!.Lines.Span);
            var refused = new List<RefusedEvent>();
            _router.Route(batch.Lines.Span, refused);
            Refuse(index, refused);
        }
    }

    private void WriteHeader(in ChunkHeader header, int slice) => Write(
        $"""
        version   {FormatVersion}
        flags     {(header.Flags == BatchFlags.None ? "none" : header.Flags.ToString().ToLowerInvariant())}
        sender    {header.Batch.Sender}, first sent at {Started(header.Batch.Sender)}
        sequence  {header.Batch.Sequence}
        chunk     {header.Index + 1} of {header.Count} (index {header.Index}), {slice} bytes
        length    {header.Length} bytes sealed
        digest    {header.Batch.Digest:x16}

        """);

    // 48 bits of milliseconds can exceed the last date of DateTimeOffset.
    private static string Started(SenderId sender) =>
        sender.Milliseconds <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)sender.Milliseconds).ToString("yyyy-MM-ddTHH:mm:ss.fffZ")
            : "no date";

    private void Refuse(int index, List<RefusedEvent> events)
    {
        foreach (var refused in events)
            Refuse(index, new Refusal(refused.Reason, refused.Detail));
    }

    private void Refuse(int index, Refusal refusal)
    {
        _refused = true;
        output.Flush();
        errors.WriteLine($"error: message {index + 1}: {refusal}");
    }

    private void Write(string text) => output.Write(Encoding.UTF8.GetBytes(text));
}
