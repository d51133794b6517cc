using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using Telemetry.Queues;
using static System.FormattableString;

namespace Telemetry.Aws;

/// <summary>Opens Amazon SQS queues.</summary>
public sealed class SqsQueueConnector : IQueueConnector
{
    /// <inheritdoc/>
    public IQueueSender OpenSender(QueueEndpoint endpoint, TimeProvider clock) => new SqsQueue(endpoint, clock);

    /// <inheritdoc/>
    public IQueueReceiver OpenReceiver(QueueEndpoint endpoint, TimeProvider clock) => new SqsQueue(endpoint, clock);
}

/// <summary>
/// One Amazon SQS standard queue, over AWSSDK.SQS. Safe for concurrent use. The connections belong to the process, so disposing
/// this closes none of them. Nothing is resolved or connected before the first operation.
/// </summary>
/// <remarks>
/// <para>The region comes from the queue's host name; for an emulator from <c>AWS_REGION</c>, <c>AWS_DEFAULT_REGION</c> or it is
/// us-east-1. Credentials come from the SDK's default chain, and for a loopback address from the environment or, without any,
/// are the dummy <c>test</c>/<c>test</c> that emulators take.</para>
/// <para>A sender needs <c>sqs:SendMessage</c>, and <c>sqs:GetQueueAttributes</c> where the queue's limit is not the default one.
/// A receiver needs <c>sqs:ReceiveMessage</c>, <c>sqs:DeleteMessage</c>, <c>sqs:ChangeMessageVisibility</c> and
/// <c>sqs:GetQueueAttributes</c>. A KMS key of one's own adds <c>kms:GenerateDataKey</c> to send and <c>kms:Decrypt</c>.</para>
/// <para>An operation whose answer got lost is repeated: a message may be stored twice, and a received one stay invisible for its
/// lease. The SDK repeats throttling, server errors and a broken network up to three times within about seven seconds.</para>
/// </remarks>
public sealed class SqsQueue : IQueueSender, IQueueReceiver
{
    // The service's limit for receives and for deletes.
    private const int BatchEntries = 10;

    private const string MaximumMessageSize = nameof(MaximumMessageSize);
    private const string TraceParent = "traceparent";
    private const string TraceHeader = "AWSTraceHeader";

    private static readonly TimeSpan LongestLease = TimeSpan.FromHours(12);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private readonly TimeProvider _clock;
    private readonly string _url;
    private readonly Lazy<SqsConnection> _connection;
    private volatile QueueLimits? _limits;

    /// <summary>A queue. No request is made before its first use.</summary>
    public SqsQueue(QueueEndpoint endpoint, TimeProvider clock)
        : this(endpoint, clock, () => SqsCredentials.For(endpoint))
    {
    }

    internal SqsQueue(QueueEndpoint endpoint, TimeProvider clock, Func<AWSCredentials> credentials)
    {
        Endpoint = endpoint;
        _clock = clock;
        _url = endpoint.Url.AbsoluteUri;
        _connection = new Lazy<SqsConnection>(() => new SqsConnection(endpoint, clock, credentials()));
    }

    /// <inheritdoc/>
    public QueueEndpoint Endpoint { get; }

    /// <inheritdoc/>
    public int MaxReceive => BatchEntries;

    private SqsConnection Connection => _connection.Value;

    /// <inheritdoc/>
    /// <remarks>
    /// A sender that may not read the queue's attributes gets <see cref="QueueLimits.Sqs"/>: 256 KiB holds for every queue that
    /// was not narrowed on purpose, so that a function needs only <c>sqs:SendMessage</c>.
    /// </remarks>
    public async ValueTask<QueueLimits> GetLimitsAsync(CancellationToken cancellationToken)
    {
        if (_limits is { } known)
            return known;
        try
        {
            var attributes = await GetAttributesAsync([MaximumMessageSize], cancellationToken).ConfigureAwait(false);
            return _limits = QueueLimits.ForSqs(
                (int)Number(attributes.GetValueOrDefault(MaximumMessageSize), QueueLimits.Sqs.MessageBytes));
        }
        catch (QueueException e) when (SqsFailures.IsAccessDenied(e.Failure.Code))
        {
            return _limits = QueueLimits.Sqs;
        }
    }

    /// <inheritdoc/>
    public async Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        if (messages.Count == 0)
            return;
        if (Endpoint.Name.EndsWith(".fifo", StringComparison.Ordinal))
            throw new QueueException(Connection.Failures.Unsent(SqsOperation.SendMessageBatch, SqsRemedies.Fifo));

        var limits = await GetLimitsAsync(cancellationToken).ConfigureAwait(false);
        if (limits.Refusal(messages) is { } refusal)
            throw new QueueException(Connection.Failures.Unsent(SqsOperation.SendMessageBatch, refusal));
        var batch = new SqsBatch(
            Connection.Failures, _clock, SqsOperation.SendMessageBatch, SendAsync, (_, error) => error is null);
        var calls = SqsBatch.Split(messages, limits);
        var failure = await batch.RunAsync(calls, messages.Count, "stored", cancellationToken).ConfigureAwait(false);
        if (failure is null)
            return;
        // MaximumMessageSize may have been lowered.
        if (!failure.Failure.IsTransient)
            _limits = null;
        throw failure;

        async Task<(IEnumerable<string>?, List<BatchResultErrorEntry>?)> SendAsync(List<int> entries, CancellationToken token)
        {
            var request = entries.ConvertAll(
                entry => new SendMessageBatchRequestEntry(SqsBatch.IdOf(entry), Encoding.UTF8.GetString(messages[entry].Span)));
            var (answer, _) = await Connection.CallAsync(
                SqsOperation.SendMessageBatch,
                sqs => sqs.SendMessageBatchAsync(_url, request, token),
                token).ConfigureAwait(false);
            return (answer.Successful?.Select(entry => entry.Id), answer.Failed);
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Lease and wait are rounded up to whole seconds. A text whose MD5 does not match fails the call; what it took returns when
    /// the lease ends.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 to 10 messages, a lease not 1 s to 12 h, a wait over 20 s.</exception>
    public async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int max, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, MaxReceive);
        var request = new ReceiveMessageRequest(_url)
        {
            MaxNumberOfMessages = max,
            VisibilityTimeout = SecondsOfLease(lease),
            WaitTimeSeconds = Seconds(wait, TimeSpan.Zero, LongestWait),
            MessageSystemAttributeNames = ["ApproximateReceiveCount", "SentTimestamp", TraceHeader],
            MessageAttributeNames = ["All"],
        };
        // This call is not cancelled, since the service may have leased messages already.
        var (answer, sentAt) = await Connection.CallAsync(
            SqsOperation.ReceiveMessage,
            sqs => sqs.ReceiveMessageAsync(request, CancellationToken.None),
            cancellationToken,
            wait).ConfigureAwait(false);
        return answer.Messages?.ConvertAll(message => Received(message, sentAt, lease)) ?? [];
    }

    /// <inheritdoc/>
    /// <remarks>SQS keeps the receipt handle. It refuses what goes beyond 12 hours from the receive.</remarks>
    public async Task<ReceivedMessage?> RenewAsync(ReceivedMessage message, TimeSpan lease, CancellationToken cancellationToken)
    {
        var leaseStart = await ChangeVisibilityAsync(message, SecondsOfLease(lease), cancellationToken).ConfigureAwait(false);
        return leaseStart is { } start ? message with { LeaseStart = start, Lease = lease } : null;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// SQS reports success for a stale receipt handle without deleting. So messages whose lease has ended by this side's clock
    /// are returned as well: they were deleted unless another receiver has taken them since.
    /// </remarks>
    public async Task<IReadOnlyList<ReceivedMessage>> DeleteAsync(
        IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken)
    {
        var lost = new ConcurrentQueue<ReceivedMessage>();
        var batch = new SqsBatch(Connection.Failures, _clock, SqsOperation.DeleteMessageBatch, DeleteAsync, IsSettled);
        var calls = Enumerable.Range(0, messages.Count).Chunk(BatchEntries);
        var failure = await batch.RunAsync(calls, messages.Count, "settled", cancellationToken).ConfigureAwait(false);
        return failure is null ? [.. lost] : throw failure;

        async Task<(IEnumerable<string>?, List<BatchResultErrorEntry>?)> DeleteAsync(List<int> entries, CancellationToken token)
        {
            var request = entries.ConvertAll(
                entry => new DeleteMessageBatchRequestEntry(SqsBatch.IdOf(entry), messages[entry].Receipt));
            var (answer, _) = await Connection.CallAsync(
                SqsOperation.DeleteMessageBatch,
                sqs => sqs.DeleteMessageBatchAsync(_url, request, token),
                token).ConfigureAwait(false);
            return (answer.Successful?.Select(entry => entry.Id), answer.Failed);
        }

        bool IsSettled(int entry, BatchResultErrorEntry? error)
        {
            var isLost = error is null
                ? HasEnded(messages[entry])
                : SqsFailures.IsLostLease(SqsFailures.CodeOf(error.Code, error.Message));
            if (isLost)
                lost.Enqueue(messages[entry]);
            return isLost || error is null;
        }
    }

    /// <inheritdoc/>
    /// <remarks>The delay is rounded up to whole seconds; 12 hours at most.</remarks>
    public Task ReleaseAsync(ReceivedMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
        ChangeVisibilityAsync(message, Seconds(delay, TimeSpan.Zero, LongestLease), cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Visible, in flight and delayed messages; SQS is right within about a minute.</remarks>
    public async Task<long> GetDepthAsync(CancellationToken cancellationToken)
    {
        const string visible = "ApproximateNumberOfMessages";
        var attributes = await GetAttributesAsync(
            [visible, visible + "NotVisible", visible + "Delayed"], cancellationToken).ConfigureAwait(false);
        return attributes.Values.Sum(count => Number(count, 0));
    }

    /// <inheritdoc/>
    /// <remarks>It is created in the account of the credentials, with the service's defaults; the attributes of one that exists
    /// stand.</remarks>
    public async Task CreateIfMissingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Connection.CallAsync(
                SqsOperation.CreateQueue,
                sqs => sqs.CreateQueueAsync(Endpoint.Name, cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }
        catch (QueueException e) when (e.Failure.Code is "QueueNameExists" or "QueueAlreadyExists")
        {
            // The queue exists, with other attributes.
        }
    }

    /// <inheritdoc/>
    /// <remarks>Trying to receive counts one delivery of one message, if there is any; the message stays visible.</remarks>
    public Task<IReadOnlyList<QueueFinding>> CheckAsync(CancellationToken cancellationToken) =>
        SqsCheck.RunAsync(Connection, _url, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_connection.IsValueCreated)
            Connection.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<Dictionary<string, string>> GetAttributesAsync(List<string> names, CancellationToken cancellationToken)
    {
        var (answer, _) = await Connection.CallAsync(
            SqsOperation.GetQueueAttributes,
            sqs => sqs.GetQueueAttributesAsync(_url, names, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return answer.Attributes ?? [];
    }

    /// <returns>The timestamp from before the request, or null when the lease is lost.</returns>
    private async Task<long?> ChangeVisibilityAsync(ReceivedMessage message, int seconds, CancellationToken cancellationToken)
    {
        try
        {
            var (_, sentAt) = await Connection.CallAsync(
                SqsOperation.ChangeMessageVisibility,
                sqs => sqs.ChangeMessageVisibilityAsync(_url, message.Receipt, seconds, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            return sentAt;
        }
        catch (QueueException e) when (SqsFailures.IsLostLease(e.Failure.Code))
        {
            return null;
        }
    }

    private static ReceivedMessage Received(Message message, long sentAt, TimeSpan lease)
    {
        var system = message.Attributes ?? [];
        var own = message.MessageAttributes ?? [];
        return new ReceivedMessage
        {
            Id = message.MessageId,
            Receipt = message.ReceiptHandle,
            Text = Encoding.UTF8.GetBytes(message.Body),
            ReceiveCount = Number(system.GetValueOrDefault("ApproximateReceiveCount"), 1),
            EnqueuedAt = DateTimeOffset.FromUnixTimeMilliseconds(Number(system.GetValueOrDefault("SentTimestamp"), 0)),
            LeaseStart = sentAt,
            Lease = lease,
            TraceParent = own.GetValueOrDefault(TraceParent)?.StringValue
                ?? XRayTrace.ToTraceParent(system.GetValueOrDefault(TraceHeader)),
            Attributes = own.Where(attribute => attribute is { Key: not TraceParent, Value.StringValue: not null })
                .ToDictionary(attribute => attribute.Key, attribute => attribute.Value.StringValue, StringComparer.Ordinal),
        };
    }

    private bool HasEnded(ReceivedMessage message) =>
        message.Lease is { } lease && _clock.GetElapsedTime(message.LeaseStart) >= lease;

    private static long Number(string? text, long missing) =>
        long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : missing;

    private static int SecondsOfLease(TimeSpan lease) => Seconds(lease, TimeSpan.FromSeconds(1), LongestLease);

    // The service counts whole seconds.
    private static int Seconds(TimeSpan span, TimeSpan least, TimeSpan most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, least);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(span, most);
        return (int)Math.Ceiling(span.TotalSeconds);
    }
}
