using Telemetry.Queues;

namespace Telemetry.Aws;

/// <summary>
/// One Amazon SQS standard queue, over the service's JSON protocol. Safe for concurrent use; connections are shared by the process, so
/// disposing releases nothing that others use. Nothing is looked up or connected before the first operation.
/// </summary>
/// <remarks>
/// <para>The region comes from the queue's host name; for an emulator from <c>AWS_REGION</c>, <c>AWS_DEFAULT_REGION</c> or it is us-east-1.
/// Credentials come from the SDK's default chain, and for a loopback address from the environment or, without any, are the dummy
/// <c>test</c>/<c>test</c> that emulators take.</para>
/// <para>An operation whose answer got lost is repeated: a message may be stored twice, and a received one stay invisible for its lease.</para>
/// </remarks>
public sealed class SqsQueue : IQueueSender, IQueueReceiver
{
    /// <summary>The longest time a message can be invisible: 12 hours.</summary>
    private const int MaxLeaseSeconds = 43_200;
    private const int MaxWaitSeconds = 20;
    private const int BatchEntries = 10;

    private readonly TimeProvider _clock;
    private readonly SqsRequests _requests;
    private readonly Lazy<SqsTransport> _transport;
    private readonly SqsLimits _limits;

    /// <summary>A queue that is reached when it is first used.</summary>
    public SqsQueue(QueueEndpoint endpoint, TimeProvider clock)
        : this(endpoint, clock, () => endpoint.Url.IsLoopback ? new LoopbackCredentials(Environment.GetEnvironmentVariable) : new ChainCredentials())
    {
    }

    internal SqsQueue(QueueEndpoint endpoint, TimeProvider clock, Func<ISqsCredentials> credentials)
    {
        Endpoint = endpoint;
        _clock = clock;
        _requests = new SqsRequests(endpoint);
        _transport = new Lazy<SqsTransport>(() => new SqsTransport(endpoint, clock, credentials(), SqsHttp.Client));
        _limits = new SqsLimits(() => Transport, _requests);
    }

    /// <inheritdoc/>
    public QueueEndpoint Endpoint { get; }

    /// <inheritdoc/>
    public int MaxReceive => BatchEntries;

    private SqsTransport Transport => _transport.Value;

    /// <inheritdoc/>
    /// <remarks>
    /// A sender that may not read the queue's attributes (<c>sqs:GetQueueAttributes</c>) gets <see cref="QueueLimits.Sqs"/>: 256 KiB
    /// holds for every queue that was not narrowed on purpose, and a function needs only <c>sqs:SendMessage</c>.
    /// </remarks>
    public ValueTask<QueueLimits> GetLimitsAsync(CancellationToken cancellationToken) => _limits.GetAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        if (messages.Count == 0)
            return;

        var limits = await GetLimitsAsync(cancellationToken);
        _limits.ThrowIfTooLong(messages, limits);
        var batch = new SqsBatch(Transport, _clock, entries => _requests.SendMessageBatch(messages, entries), (entry, result) =>
            !result.IsSuccess ? Transport.Failures.EntryRefused(SqsOperation.SendMessageBatch, result)
            : TextDigest.Matches(messages[entry].Span, result.Md5) ? null
            : Transport.Failures.Unusable(SqsOperation.SendMessageBatch, "the queue stored another text than was sent (MD5)"));
        if (await batch.RunAsync(SqsBatchPlan.Split(messages, limits), cancellationToken) is { } e)
            throw WithCount(e, $"{batch.Settled} of {messages.Count} messages were stored");
    }

    /// <inheritdoc/>
    /// <remarks>Lease and wait are rounded up to whole seconds. A text whose MD5 does not match fails the call: what it took returns when the lease ends.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 to 10 messages, a lease over 12 hours or below one second, or a wait over 20 s.</exception>
    public async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(int max, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, MaxReceive);
        var call = _requests.ReceiveMessage(max, LeaseSeconds(lease), Seconds(wait, MaxWaitSeconds, nameof(wait)));
        var received = await Transport.CallAsync(call, ReceivedMessages.Read, cancellationToken);
        foreach (var (message, md5) in received)
        {
            if (!TextDigest.Matches(message.Text.Span, md5))
            {
                throw new QueueException(Transport.Failures.Unusable(
                    call.Operation, $"the text of {message} does not match its MD5", isTransient: true));
            }
        }

        return received.ConvertAll(item => item.Message with { Lease = lease });
    }

    /// <inheritdoc/>
    /// <remarks>SQS keeps the receipt handle. It counts 12 hours from the receive at most, and refuses what goes beyond.</remarks>
    public async Task<ReceivedMessage?> RenewAsync(ReceivedMessage message, TimeSpan lease, CancellationToken cancellationToken)
    {
        var leaseStart = await ChangeVisibilityAsync(message, LeaseSeconds(lease), cancellationToken);
        return leaseStart is { } start ? message with { LeaseStart = start, Lease = lease } : null;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// SQS reports success for a stale receipt handle without deleting. So messages whose lease has ended by this side's clock are returned
    /// as well: they were deleted unless another receiver has taken them since.
    /// </remarks>
    public async Task<IReadOnlyList<ReceivedMessage>> DeleteAsync(IReadOnlyList<ReceivedMessage> messages, CancellationToken cancellationToken)
    {
        var lost = new List<ReceivedMessage>();
        var batch = new SqsBatch(Transport, _clock, entries => _requests.DeleteMessageBatch(messages, entries), (entry, result) =>
        {
            if (result.IsSuccess && !HasEnded(messages[entry]))
                return null;
            if (!result.IsSuccess && !SqsCodes.IsLostLease(result.Code))
                return Transport.Failures.EntryRefused(SqsOperation.DeleteMessageBatch, result);

            lock (lost)
                lost.Add(messages[entry]);
            return null;
        });
        if (await batch.RunAsync(SqsBatchPlan.Split(messages.Count, BatchEntries), cancellationToken) is { } e)
            throw WithCount(e, $"{batch.Settled} of {messages.Count} messages were settled");
        return lost;
    }

    /// <inheritdoc/>
    /// <remarks>The delay is rounded up to whole seconds; 12 hours at most.</remarks>
    public Task ReleaseAsync(ReceivedMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
        ChangeVisibilityAsync(message, Seconds(delay, MaxLeaseSeconds, nameof(delay)), cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Visible, in flight and delayed messages; SQS is right within about a minute.</remarks>
    public async Task<long> GetDepthAsync(CancellationToken cancellationToken)
    {
        string[] names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"];
        return await Transport.CallAsync(
            _requests.GetQueueAttributes(names),
            answer => SqsResponses.Attributes(answer).Values.Sum(long.Parse),
            cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>It is created in the account of the credentials, with the service's defaults.</remarks>
    public async Task CreateIfMissingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Transport.CallAsync(_requests.GetQueueAttributes("QueueArn"), static _ => true, cancellationToken);
        }
        catch (QueueException e) when (SqsCodes.IsMissingQueue(e.Failure.Code))
        {
            await CreateAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Trying to receive counts one delivery of one message, if there is any; the message stays visible.</remarks>
    public Task<IReadOnlyList<QueueFinding>> CheckAsync(CancellationToken cancellationToken) =>
        new SqsCheck(Transport, _requests).RunAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _limits.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Transport.CallAsync(_requests.CreateQueue(), static _ => true, cancellationToken);
        }
        catch (QueueException e) when (SqsCodes.Bare(e.Failure.Code) is "QueueNameExists" or "QueueAlreadyExists")
        {
            // Another replica was first, and its attributes stand.
        }
    }

    /// <returns>The timestamp from before the request, or null when the lease is lost.</returns>
    private async Task<long?> ChangeVisibilityAsync(ReceivedMessage message, int seconds, CancellationToken cancellationToken)
    {
        try
        {
            return await Transport.CallAsync(
                _requests.ChangeMessageVisibility(message.Receipt, seconds), answer => answer.SentAt, cancellationToken);
        }
        catch (QueueException e) when (SqsCodes.IsLostLease(e.Failure.Code))
        {
            return null;
        }
    }

    private bool HasEnded(ReceivedMessage message) => message.Lease is { } lease && _clock.GetElapsedTime(message.LeaseStart) >= lease;

    private static QueueException WithCount(QueueException e, string count)
    {
        var detail = e.Failure.Detail is { } cause ? $"{count}; {cause}" : count;
        return new QueueException(e.Failure with { Detail = detail }, e.InnerException);
    }

    private static int LeaseSeconds(TimeSpan lease)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lease, TimeSpan.FromSeconds(1));
        return Seconds(lease, MaxLeaseSeconds, nameof(lease));
    }

    private static int Seconds(TimeSpan span, int most, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(span, TimeSpan.FromSeconds(most), name);
        return (int)Math.Ceiling(span.TotalSeconds);
    }
}
