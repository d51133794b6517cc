using System.Buffers;
using System.IO.Pipelines;
using Telemetry.Wire;

namespace Bridge.Tools;

/// <summary>Reads JSON Lines from a stream of any length, one line in memory at a time.</summary>
/// <param name="maxLength">Maximum bytes of a line. A longer one is reported as a problem, and is not kept in memory.</param>
internal sealed class JsonLines(int maxLength)
{
    private const int ReadBytes = 256 * 1024;
    private const byte LineFeed = (byte)'\n';

    // State of the current line: its bytes that contain no line feed, and whether it is too long and skipped.
    private long _searched;
    private bool _skipping;
    private long _number;

    /// <summary>Reads to the end of the stream.</summary>
    /// <param name="stream">
    /// UTF-8. Blank lines, and byte order marks at the beginning of a line, are skipped. The stream is disposed at its end.
    /// </param>
    /// <param name="onEvent">
    /// Called for each line that is an event (<see cref="EventJson"/>), without surrounding white space. The next line is read
    /// after the call has completed.
    /// </param>
    /// <param name="onProblem">
    /// Called for each other line with its number, from 1, and the problem, which never contains the line's content.
    /// </param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task ReadAsync(
        Stream stream,
        Func<ReadOnlyMemory<byte>, ValueTask> onEvent,
        Action<long, string> onProblem,
        CancellationToken cancellationToken)
    {
        var options = new StreamPipeReaderOptions(bufferSize: ReadBytes, minimumReadSize: ReadBytes / 4);
        var reader = PipeReader.Create(stream, options);
        var ended = false;
        while (!ended)
        {
            // A read of standard input cannot be cancelled. After a cancellation it may still write to the reader's buffers, so
            // the reader is not completed.
            var read = await reader.ReadAsync(cancellationToken).AsTask().WaitAsync(cancellationToken);
            ended = read.IsCompleted;
            var rest = await TakeLinesAsync(read.Buffer, ended, onEvent, onProblem);
            reader.AdvanceTo(rest.Start, rest.End);
        }

        await reader.CompleteAsync();
    }

    private async ValueTask<ReadOnlySequence<byte>> TakeLinesAsync(
        ReadOnlySequence<byte> buffer,
        bool ended,
        Func<ReadOnlyMemory<byte>, ValueTask> onEvent,
        Action<long, string> onProblem)
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

        if (buffer.Length <= maxLength)
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

    private async ValueTask TakeLineAsync(
        ReadOnlySequence<byte> line, Func<ReadOnlyMemory<byte>, ValueTask> onEvent, Action<long, string> onProblem)
    {
        _number++;
        if (_skipping || line.Length > maxLength)
        {
            _skipping = false;
            onProblem(_number, $"longer than {maxLength} bytes");
            return;
        }

        if (line.IsSingleSegment)
        {
            await TakeAsync(EventJson.Trim(line.First), onEvent, onProblem);
            return;
        }

        using var copy = MemoryPool<byte>.Shared.Rent((int)line.Length);
        line.CopyTo(copy.Memory.Span);
        await TakeAsync(EventJson.Trim(copy.Memory[..(int)line.Length]), onEvent, onProblem);
    }

    private ValueTask TakeAsync(
        ReadOnlyMemory<byte> json, Func<ReadOnlyMemory<byte>, ValueTask> onEvent, Action<long, string> onProblem)
    {
        if (json.IsEmpty)
            return ValueTask.CompletedTask;
        if (EventJson.Problem(json.Span) is not { } problem)
            return onEvent(json);
        onProblem(_number, problem);
        return ValueTask.CompletedTask;
    }
}

/// <summary>The input of a command: a file, or standard input.</summary>
internal static class InputFile
{
    private const string StandardInput = "-";

    /// <summary>Opens the file, or standard input.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static Stream Open(string? file)
    {
        const FileOptions Options = FileOptions.Asynchronous | FileOptions.SequentialScan;
        return file is null or StandardInput
            ? Console.OpenStandardInput()
            : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, Options);
    }
}
