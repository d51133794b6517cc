using System.Collections.Concurrent;
using System.Globalization;
using System.Xml;
using Azure.Core;
using Azure.Core.Pipeline;
using Telemetry.Queues;
using static System.FormattableString;

namespace Telemetry.Azure;

/// <summary>
/// An Azure Storage Queue over its REST API. Authorised by the endpoint's connection string where it has one, else by
/// <c>DefaultAzureCredential</c>; either is built at the first request. Safe for use by several threads at once.
/// </summary>
/// <remarks>
/// The service stores one message a call, so a list travels in up to 16 calls at a time. Messages are stored without an expiry:
/// with the service's default they would silently vanish after seven days.
/// A try that gets no answer ends after 30 s; a call makes up to five tries, about four seconds of waits between them.
/// </remarks>
public sealed class AzureQueue : IQueueSender, IQueueReceiver
{
    // The service has no long poll: an empty queue is asked again after waits that grow to a second.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _clock;
    private readonly QueueService _service;

    /// <summary>A client of the queue; no request is made and no credential is built yet.</summary>
    public AzureQueue(QueueEndpoint endpoint, TimeProvider clock)
        : this(endpoint, clock, credential: null, transport: null)
    {
    }

    /// <summary>A client with an identity and a transport of its own; null takes the process's.</summary>
    internal AzureQueue(QueueEndpoint endpoint, TimeProvider clock, TokenCredential? credential, HttpPipelineTransport? transport)
    {
        Endpoint = endpoint;
        _clock = clock;
        _service = new QueueService(endpoint, () => QueuePipeline.TryBuild(endpoint, clock, credential, transport));
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
        RefuseTooLong(messages);
        var (stored, failure) = await ConcurrentCalls.ForEachAsync(
            messages,
            async (text, token) =>
                (await _service.SendAsync(QueueRequest.PutMessage(text), token).ConfigureAwait(false)).Dispose(),
            cancellationToken).ConfigureAwait(false);

        if (failure is null)
            return;
        if (messages.Count == 1)
            throw failure;
        var detail = Invariant(
            $"{stored} of {messages.Count} messages were stored; {failure.Failure.Detail ?? "the others were not"}");
        throw new QueueException(failure.Failure with { Detail = detail }, failure);
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
            var messages = await GetMessagesAsync(max, lease).ConfigureAwait(false);
            var remaining = wait - _clock.GetElapsedTime(start);
            if (messages.Count > 0 || remaining <= TimeSpan.Zero)
                return messages;

            var next = pause.Next();
            await Task.Delay(next < remaining ? next : remaining, _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<ReceivedMessage?> RenewAsync(ReceivedMessage message, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lease, TimeSpan.FromSeconds(1));
        using var answer = await SendUnderLeaseAsync(
            QueueRequest.UpdateMessage(message.Id, message.Receipt, lease), cancellationToken).ConfigureAwait(false);
        return answer is not null && answer.Response.Headers.TryGetValue("x-ms-popreceipt", out var receipt)
            ? message with { Receipt = receipt, LeaseStart = LeaseClockPolicy.StartOf(answer) }
            : null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReceivedMessage>> DeleteAsync(
        IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken)
    {
        var lost = new ConcurrentQueue<ReceivedMessage>();
        var (_, failure) = await ConcurrentCalls.ForEachAsync(
            messages,
            async (message, token) =>
            {
                using var answer = await SendUnderLeaseAsync(
                    QueueRequest.DeleteMessage(message.Id, message.Receipt), token).ConfigureAwait(false);
                if (answer is null)
                    lost.Enqueue(message);
            },
            cancellationToken).ConfigureAwait(false);

        return failure is null ? [.. lost] : throw failure;
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(ReceivedMessage message, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        // Where the lease is lost, whoever has it now decides when the message returns.
        using var answer = await SendUnderLeaseAsync(
            QueueRequest.UpdateMessage(message.Id, message.Receipt, delay), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<long> GetDepthAsync(CancellationToken cancellationToken)
    {
        using var answer = await _service.SendAsync(QueueRequest.GetQueueMetadata(), cancellationToken).ConfigureAwait(false);
        var known = answer.Response.Headers.TryGetValue("x-ms-approximate-messages-count", out var count);
        return known ? long.Parse(count!, CultureInfo.InvariantCulture) : 0;
    }

    /// <inheritdoc/>
    public async Task CreateIfMissingAsync(CancellationToken cancellationToken)
    {
        try
        {
            (await _service.SendAsync(QueueRequest.CreateQueue(), cancellationToken).ConfigureAwait(false)).Dispose();
        }
        catch (QueueException exists) when (exists.Failure is { Status: 409, Code: "QueueAlreadyExists" })
        {
            // It has metadata of its own, which creating it anew would not have kept.
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<QueueFinding>> CheckAsync(CancellationToken cancellationToken) =>
        QueueCheck.RunAsync(_service, cancellationToken);

    /// <summary>Nothing is held: connections and identity are the process's.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Not to be cancelled: the service may have leased messages already.
    private async Task<IReadOnlyList<ReceivedMessage>> GetMessagesAsync(int max, TimeSpan lease)
    {
        var request = QueueRequest.GetMessages(max, lease);
        using var answer = await _service.SendAsync(request, CancellationToken.None).ConfigureAwait(false);
        try
        {
            return QueueMessagesXml.Read(answer.Response.ContentStream, LeaseClockPolicy.StartOf(answer));
        }
        catch (Exception unreadable) when (unreadable is XmlException or FormatException or OverflowException)
        {
            // The cause may quote the messages: it is not passed on.
            throw _service.Failures.Unreadable(request, answer.Response);
        }
    }

    // Null when the lease is lost: a stale receipt gets either answer, depending on whether the message still exists.
    private async Task<HttpMessage?> SendUnderLeaseAsync(QueueRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await _service.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (QueueException lost) when (lost.Failure
            is { Status: 404, Code: "MessageNotFound" } or { Status: 400, Code: "PopReceiptMismatch" })
        {
            return null;
        }
    }

    private void RefuseTooLong(IReadOnlyList<ReadOnlyMemory<byte>> messages)
    {
        var limit = QueueLimits.AzureStorage.MessageBytes;
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i].Length > limit)
                throw _service.Failures.TooLong(i, messages.Count, messages[i].Length, limit);
        }
    }
}
