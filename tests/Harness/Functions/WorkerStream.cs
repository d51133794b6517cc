using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using Harness.Functions.Protocol;

namespace Harness.Functions;

/// <summary>The stream that a worker opens: questions go out, answers are matched to them.</summary>
internal sealed class WorkerStream : FunctionRpc.FunctionRpcBase
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _questions =
        new(StringComparer.Ordinal);

    /// <summary>Completes with the worker's first message.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Sends a message that has no answer.</summary>
    public void Send(StreamingMessage message) => _outgoing.Writer.TryWrite(message);

    /// <summary>Sends a question.</summary>
    /// <returns>The answer.</returns>
    /// <exception cref="IOException">The stream ended first.</exception>
    public Task<StreamingMessage> AskAsync(StreamingMessage question)
    {
        var answer = new TaskCompletionSource<StreamingMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _questions[question.RequestId] = answer;
        if (!_outgoing.Writer.TryWrite(question))
            answer.TrySetException(Ended());
        return answer.Task;
    }

    /// <inheritdoc/>
    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream,
        ServerCallContext context)
    {
        var writing = WriteAsync(responseStream, context.CancellationToken);
        try
        {
            await foreach (var message in requestStream.ReadAllAsync(context.CancellationToken))
                Take(message);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The worker's process ended, or this host stops.
        }
        finally
        {
            _outgoing.Writer.TryComplete();
            foreach (var question in _questions.Values)
                question.TrySetException(Ended());
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Take(StreamingMessage message)
    {
        if (message.ContentCase is StreamingMessage.ContentOneofCase.StartStream)
            _opened.TrySetResult();
        else if (_questions.TryRemove(message.RequestId, out var question))
            question.TrySetResult(message);
    }

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> stream, CancellationToken cancellationToken)
    {
        await foreach (var message in _outgoing.Reader.ReadAllAsync(cancellationToken))
            await stream.WriteAsync(message, cancellationToken);
    }

    private static IOException Ended() => new("the worker's stream ended before the answer came");
}
