using Harness.Components;
using Telemetry.Aws;
using Telemetry.Azure;
using Telemetry.Queues;

namespace Harness.Faults;

/// <summary>One cloud's queue, reached as the project's own senders and bridges reach it.</summary>
internal sealed class ConnectedQueue : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RetryTimeout = TimeSpan.FromMinutes(3);

    private readonly IQueueSender _sender;
    private readonly IQueueReceiver _receiver;

    /// <exception cref="ArgumentException">The queue's address cannot be used.</exception>
    public ConnectedQueue(BridgeQueue queue)
    {
        Queue = queue;
        if (!QueueEndpoint.TryParse(queue.Url.ToString(), queue.Kind, queue.Connection, out var endpoint, out var error))
            throw new ArgumentException(error, nameof(queue));
        Endpoint = endpoint;
        if (endpoint.Kind is QueueKind.Azure)
            _sender = new AzureQueue(endpoint, TimeProvider.System);
        else
            _sender = new SqsQueue(endpoint, TimeProvider.System);
        _receiver = (IQueueReceiver)_sender;
    }

    /// <summary>How a bridge and a sender reach it.</summary>
    public BridgeQueue Queue { get; }

    /// <summary>How the project's own senders reach it.</summary>
    public QueueEndpoint Endpoint { get; }

    /// <summary><c>azure</c> or <c>sqs</c>.</summary>
    public string Kind => Queue.Kind!;

    /// <summary>What it takes.</summary>
    public QueueLimits Limits => Kind is "azure" ? QueueLimits.AzureStorage : QueueLimits.Sqs;

    /// <summary>Messages stored, leased ones included.</summary>
    /// <exception cref="QueueException">The queue does not answer.</exception>
    public Task<long> DepthAsync(CancellationToken cancellationToken = default) => _receiver.GetDepthAsync(cancellationToken);

    /// <summary>Puts texts into it as they are.</summary>
    /// <exception cref="QueueException">Some of them may not be in it.</exception>
    public Task PutAsync(IReadOnlyList<byte[]> texts, CancellationToken cancellationToken = default) =>
        _sender.SendAsync([.. texts.Select(text => (ReadOnlyMemory<byte>)text)], cancellationToken);

    /// <summary>Puts texts into it, again and again until it has accepted all of them: some may then lie in it twice.</summary>
    /// <exception cref="QueueException">It has refused them for three minutes.</exception>
    public async Task PutUntilAcceptedAsync(IReadOnlyList<byte[]> texts, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await PutAsync(texts, cancellationToken);
                return;
            }
            catch (QueueException) when (TimeProvider.System.GetElapsedTime(began) < RetryTimeout)
            {
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }
        }
    }

    public ValueTask DisposeAsync() => _sender.DisposeAsync();
}
