using System.Buffers;
using System.IO.Pipelines;
using Telemetry.Wire;

namespace Bridge.Tools;

/// <summary>Reads JSON Lines from a stream of any length, one line in memory at a time.</summary>
/// <param name="longest">Bytes of a line at most; a longer one is a problem, and is skipped without being kept.</param>
internal sealed class JsonLines(int longest)
{
    private const int ReadBytes = 256 * 1024;
    private const byte LineFeed = (byte)'\n';

    // Of the line under way: bytes that hold no line feed, and whether it is skipped.
    private long _searched;
    private bool _skipping;
    private long _number;

    /// <summary>Takes an event.</summary>
    public delegate ValueTask EventHandler(ReadOnlyMemory<byte> json);

    /// <summary>Reads to the end.</summary>
    /// <param name="stream">
    /// UTF-8; blank lines, and byte order marks at the beginning of a line, are skipped. The stream is disposed at its end.
    /// </param>
    /// <param name="onEvent">
    /// Called for each line that is an event (<see cref="EventJson"/>), without surrounding white space; the next line is read
    /// after the call has completed.
    /// </param>
    /// <param name="onProblem">Given the number, from 1, of each other line, and what is wrong with it; never its content.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task ReadAsync(Stream stream, EventHandler onEvent, Action<long, string> onProblem, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadBytes, minimumReadSize: ReadBytes / 4));
        var ended = false;
        while (!ended)
        {
            // Reading standard input cannot be cancelled. It is left alone then, with the buffers that it may still write to.
            var read = await reader.ReadAsync(cancellationToken).AsTask().WaitAsync(cancellationToken);
            ended = read.IsCompleted;
            var rest = await TakeLinesAsync(read.Buffer, ended, onEvent, onProblem);
            reader.AdvanceTo(rest.Start, rest.End);
        }

        await reader.CompleteAsync();
    }

    private async ValueTask<ReadOnlySequence<byte>> TakeLinesAsync(
        ReadOnlySequence<byte> buffer, bool ended, EventHandler onEvent, Action<long, string> onProblem)
    {
        while (FindLineEnd(buffer) is { } end)
        {
            await TakeLineAsync(buffer.Slice(0, end), onEvent, onProblem);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
        }

        if (ended)
        {
            if (buffer.Length > 0 || _skipping)
                await TakeLineAsync(buffer, onEvent, onProblem);
            return buffer.Slice(buffer.End);
        }

        if (buffer.Length <= longest)
            return buffer;
        _skipping = true;
        _searched = 0;
        return buffer.Slice(buffer.End);
    }

    private SequencePosition? FindLineEnd(in ReadOnlySequence<byte> buffer)
    {
        var end = buffer.Slice(_searched).PositionOf(LineFeed);
        _searched = end is null ? buffer.Length : 0;
        return end;
    }

    private async ValueTask TakeLineAsync(ReadOnlySequence<byte> line, EventHandler onEvent, Action<long, string> onProblem)
    {
        _number++;
        if (_skipping || line.Length > longest)
        {
            _skipping = false;
            onProblem(_number, $"longer than {longest} bytes");
            return;
        }

        var copied = line.IsSingleSegment ? null : ArrayPool<byte>.Shared.Rent((int)line.Length);
        try
        {
            var memory = line.First;
            if (copied is not null)
            {
                line.CopyTo(copied);
                memory = copied.AsMemory(0, (int)line.Length);
            }

            await TakeAsync(EventJson.Trim(memory), onEvent, onProblem);
        }
        finally
        {
            if (copied is not null)
                ArrayPool<byte>.Shared.Return(copied);
        }
    }

    private ValueTask TakeAsync(ReadOnlyMemory<byte> json, EventHandler onEvent, Action<long, string> onProblem)
    {
        if (json.IsEmpty)
            return ValueTask.CompletedTask;
        if (EventJson.Problem(json.Span) is not { } problem)
            return onEvent(json);
        onProblem(_number, problem);
        return ValueTask.CompletedTask;
    }
}

/// <summary>What a command reads: a file, or standard input.</summary>
internal static class InputFile
{
    private const string StandardInput = "-";

    /// <summary>Opens the file, or standard input.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static Stream Open(string? file) => file is null or StandardInput
        ? Console.OpenStandardInput()
        : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
}
