using System.Collections.Concurrent;
using Azure.Core;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Telemetry.Queues;

namespace Telemetry.Azure;

/// <summary>Opens Azure Storage Queues. Found by its name: <c>Telemetry.Azure.AzureQueueConnector</c>.</summary>
public sealed class AzureQueueConnector : IQueueConnector
{
    /// <inheritdoc/>
    public IQueueSender OpenSender(QueueEndpoint endpoint, TimeProvider clock) => new AzureQueue(endpoint, clock);

    /// <inheritdoc/>
    public IQueueReceiver OpenReceiver(QueueEndpoint endpoint, TimeProvider clock) => new AzureQueue(endpoint, clock);
}

/// <summary>
/// An Azure Storage Queue over Azure.Storage.Queues. The endpoint's connection string authorises the requests, or
/// <c>DefaultAzureCredential</c> if it has none. Either is created at the first request. Safe for use by several threads at once.
/// </summary>
/// <remarks>
/// The service stores one message a call, so a list travels in up to 16 calls at a time. Messages are stored without an expiry:
/// with the service's default they would silently vanish after seven days.
/// A try that gets no answer ends after 30 s; a call makes up to five tries, about four seconds of waits between them.
/// </remarks>
public sealed class AzureQueue : IQueueSender, IQueueReceiver
{
    private const int CallsAtATime = 16;

    private static readonly TimeSpan Never = TimeSpan.FromSeconds(-1);

    // No message has this identity, so a check changes no real message.
    private static readonly ReceivedMessage NoMessage = new()
    {
        Id = "00000000-0000-0000-0000-000000000000",
        Receipt = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        Text = default,
        ReceiveCount = 1,
        EnqueuedAt = default,
        LeaseStart = 0,
    };

    // The service has no long poll. An empty queue is asked again after waits that grow up to one second.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _clock;
    private readonly QueueConnection _connection;

    /// <summary>A client of the queue; no request is made and no credential is built yet.</summary>
    public AzureQueue(QueueEndpoint endpoint, TimeProvider clock)
        : this(endpoint, clock, credential: null, handler: null)
    {
    }

    /// <summary>A client with its own identity and HTTP handler; null means those of the process.</summary>
    internal AzureQueue(QueueEndpoint endpoint, TimeProvider clock, TokenCredential? credential, HttpMessageHandler? handler)
    {
        Endpoint = endpoint;
        _clock = clock;
        _connection = new QueueConnection(endpoint, clock, credential, handler);
    }

    /// <inheritdoc/>
    public QueueEndpoint Endpoint { get; }

    /// <summary>32: what one Get Messages call returns at most.</summary>
    public int MaxReceive => 32;

    /// <inheritdoc/>
    public ValueTask<QueueLimits> GetLimitsAsync(CancellationToken cancellationToken) => new(QueueLimits.AzureStorage);

    /// <inheritdoc/>
    public async Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        if (QueueLimits.AzureStorage.Refusal(messages) is { } refusal)
            throw _connection.Failures.Misconfigured(QueueOperation.PutMessage, refusal);
        var calls = new ConcurrentCalls(CallsAtATime);
        await calls.RunAsync(
            messages,
            async (text, token) =>
            {
                await _connection.CallAsync(
                    QueueOperation.PutMessage,
                    queue => queue.SendMessageAsync(BinaryData.FromBytes(text), timeToLive: Never, cancellationToken: token),
                    token).ConfigureAwait(false);
                calls.Settle();
            },
            cancellationToken).ConfigureAwait(false);
        if (calls.Failure(messages.Count, "stored") is { } failure)
            throw failure;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int max, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, MaxReceive);
        ArgumentOutOfRangeException.ThrowIfLessThan(lease, TimeSpan.FromSeconds(1));

        var start = _clock.GetTimestamp();
        var pause = new Backoff(FirstPause, LongestPause);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // This call is not cancelled, since the service may have leased messages already.
            var (messages, sentAt) = await _connection.CallAsync(
                QueueOperation.GetMessages,
                queue => GetMessagesAsync(queue, max, Seconds(lease)),
                CancellationToken.None).ConfigureAwait(false);
            var remaining = wait - _clock.GetElapsedTime(start);
            if (messages.Length > 0 || remaining <= TimeSpan.Zero)
                return Array.ConvertAll(messages, message => Received(message, sentAt));

            var next = pause.Next();
            await Task.Delay(next < remaining ? next : remaining, _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<ReceivedMessage?> RenewAsync(ReceivedMessage message, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lease, TimeSpan.FromSeconds(1));
        return UpdateAsync(message, lease, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReceivedMessage>> DeleteAsync(
        IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken)
    {
        var lost = new ConcurrentQueue<ReceivedMessage>();
        var calls = new ConcurrentCalls(CallsAtATime);
        await calls.RunAsync(
            messages,
            async (message, token) =>
            {
                try
                {
                    await _connection.CallAsync(
                        QueueOperation.DeleteMessage,
                        queue => queue.DeleteMessageAsync(message.Id, message.Receipt, token),
                        token).ConfigureAwait(false);
                }
                catch (QueueException e) when (IsLostLease(e.Failure))
                {
                    lost.Enqueue(message);
                }

                calls.Settle();
            },
            cancellationToken).ConfigureAwait(false);
        return calls.Failure(messages.Count, "settled") is { } failure ? throw failure : [.. lost];
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(ReceivedMessage message, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        // If the lease is lost, its new owner decides when the message returns.
        return UpdateAsync(message, delay, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<long> GetDepthAsync(CancellationToken cancellationToken)
    {
        var (answer, _) = await _connection.CallAsync(
            QueueOperation.GetQueueMetadata,
            queue => queue.GetPropertiesAsync(cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return answer.Value.ApproximateMessagesCountLong;
    }

    /// <inheritdoc/>
    public async Task CreateIfMissingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _connection.CallAsync(
                QueueOperation.CreateQueue,
                queue => queue.CreateAsync(cancellationToken: cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }
        catch (QueueException exists) when (exists.Failure is { Status: 409, Code: "QueueAlreadyExists" })
        {
            // The queue exists, with metadata that a new queue would not have.
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<QueueFinding>> CheckAsync(CancellationToken cancellationToken) => QueueChecks.RunAsync(
        [
            (QueueOperation.GetQueueMetadata.Name, () => GetDepthAsync(cancellationToken)),
            (QueueOperation.PeekMessages.Name, () => _connection.CallAsync(
                QueueOperation.PeekMessages, queue => queue.PeekMessagesAsync(1, cancellationToken), cancellationToken)),
            (QueueOperation.UpdateMessage.Name, () => RenewAsync(NoMessage, TimeSpan.FromSeconds(1), cancellationToken)),
            (QueueOperation.DeleteMessage.Name, () => DeleteAsync([NoMessage], cancellationToken)),
        ],
        // The service authorises before it looks at receipts.
        isAllowed: failure => failure is { Status: 400, Operation: "Update Message" or "Delete Message" },
        // Without authentication, no other operation would succeed.
        isPermission: failure => failure is { Status: 403, Code: not "AuthenticationFailed" });

    /// <summary>Does nothing: connections and identity belong to the process.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<QueueMessage[]> GetMessagesAsync(QueueClient queue, int max, TimeSpan lease)
    {
        var answer = await queue.ReceiveMessagesAsync(max, lease, CancellationToken.None).ConfigureAwait(false);
        // The SDK takes the page of a proxy for an empty list.
        return answer.GetRawResponse().Headers.ContentType?.Contains("xml", StringComparison.OrdinalIgnoreCase) is true
            ? answer.Value
            : throw new FormatException();
    }

    // A stale receipt gets either answer, depending on whether the message still exists.
    private static bool IsLostLease(QueueFailure failure) =>
        failure is { Status: 404, Code: "MessageNotFound" } or { Status: 400, Code: "PopReceiptMismatch" };

    private async Task<ReceivedMessage?> UpdateAsync(
        ReceivedMessage message, TimeSpan invisible, CancellationToken cancellationToken)
    {
        try
        {
            // Without a text, the service keeps the text of the message.
            var (answer, sentAt) = await _connection.CallAsync(
                QueueOperation.UpdateMessage,
                queue => queue.UpdateMessageAsync(
                    message.Id, message.Receipt, (BinaryData?)null, Seconds(invisible), cancellationToken),
                cancellationToken).ConfigureAwait(false);
            return message with { Receipt = answer.Value.PopReceipt, LeaseStart = sentAt };
        }
        catch (QueueException e) when (IsLostLease(e.Failure))
        {
            return null;
        }
    }

    private static ReceivedMessage Received(QueueMessage message, long sentAt) => new()
    {
        Id = message.MessageId,
        Receipt = message.PopReceipt,
        Text = message.Body.ToMemory(),
        ReceiveCount = message.DequeueCount,
        EnqueuedAt = message.InsertedOn ?? default,
        LeaseStart = sentAt,
    };

    // The service counts whole seconds, and the SDK would round down.
    private static TimeSpan Seconds(TimeSpan span) => TimeSpan.FromSeconds(Math.Ceiling(span.TotalSeconds));
}
