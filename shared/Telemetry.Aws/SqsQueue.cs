using System.Collections.Concurrent;
using System.Globalization;
using Telemetry.Queues;
using static System.FormattableString;

namespace Telemetry.Aws;

/// <summary>
/// One Amazon SQS standard queue, over the service's JSON protocol. Safe for concurrent use; connections are shared by the
/// process, so disposing ends none. Nothing is looked up or connected before the first operation.
/// </summary>
/// <remarks>
/// <para>The region comes from the queue's host name; for an emulator from <c>AWS_REGION</c>, <c>AWS_DEFAULT_REGION</c> or it is
/// us-east-1. Credentials come from the SDK's default chain, and for a loopback address from the environment or, without any,
/// are the dummy <c>test</c>/<c>test</c> that emulators take.</para>
/// <para>A sender needs <c>sqs:SendMessage</c>, and <c>sqs:GetQueueAttributes</c> where the queue's limit is not the default one.
/// A receiver needs <c>sqs:ReceiveMessage</c>, <c>sqs:DeleteMessage</c>, <c>sqs:ChangeMessageVisibility</c> and
/// <c>sqs:GetQueueAttributes</c>. A KMS key of one's own adds <c>kms:GenerateDataKey</c> to send and <c>kms:Decrypt</c>.</para>
/// <para>An operation whose answer got lost is repeated: a message may be stored twice, and a received one stay invisible for its
/// lease. Throttling, server errors and a broken network are repeated up to five times within about six seconds.</para>
/// </remarks>
public sealed class SqsQueue : IQueueSender, IQueueReceiver
{
    // The service's, of receives and of deletes alike.
    private const int BatchEntries = 10;

    private readonly TimeProvider _clock;
    private readonly SqsRequests _requests;
    private readonly Lazy<SqsTransport> _transport;
    private readonly SqsLimits _limits;

    /// <summary>A queue that is reached when it is first used.</summary>
    public SqsQueue(QueueEndpoint endpoint, TimeProvider clock)
        : this(endpoint, clock, () => CredentialsFor(endpoint))
    {
    }

    internal SqsQueue(QueueEndpoint endpoint, TimeProvider clock, Func<ISqsCredentials> credentials)
    {
        Endpoint = endpoint;
        _clock = clock;
        _requests = new SqsRequests(endpoint);
        _transport = new Lazy<SqsTransport>(() => new SqsTransport(endpoint, clock, credentials(), QueueHttp.Client));
        _limits = new SqsLimits(() => Transport, _requests);
    }

    /// <inheritdoc/>
    public QueueEndpoint Endpoint { get; }

    /// <inheritdoc/>
    public int MaxReceive => BatchEntries;

    private SqsTransport Transport => _transport.Value;

    /// <inheritdoc/>
    /// <remarks>
    /// A sender that may not read the queue's attributes gets <see cref="QueueLimits.Sqs"/>: 256 KiB holds for every queue that
    /// was not narrowed on purpose, so that a function needs only <c>sqs:SendMessage</c>.
    /// </remarks>
    public ValueTask<QueueLimits> GetLimitsAsync(CancellationToken cancellationToken) => _limits.GetAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        if (messages.Count == 0)
            return;

        if (Endpoint.Name.EndsWith(".fifo", StringComparison.Ordinal))
            throw new QueueException(Transport.Failures.Unsent(SqsOperation.SendMessageBatch, SqsRemedies.Fifo));

        var limits = await GetLimitsAsync(cancellationToken).ConfigureAwait(false);
        _limits.ThrowIfTooLong(messages, limits);
        var batch = new SqsBatch(
            Transport,
            _clock,
            entries => _requests.SendMessageBatch(messages, entries),
            (entry, result) => JudgeSent(messages[entry].Span, result));
        if (await batch.RunAsync(SqsBatchPlan.Split(messages, limits), cancellationToken).ConfigureAwait(false) is not { } e)
            return;
        // MaximumMessageSize may have been lowered.
        if (!e.Failure.IsTransient)
            _limits.Forget();
        throw WithCount(e, Invariant($"{batch.Settled} of {messages.Count} messages were stored"));
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
        var call = _requests.ReceiveMessage(max, SqsSeconds.OfLease(lease), SqsSeconds.OfWait(wait));
        var received = await Transport.CallAsync(call, ReceivedMessages.Read, cancellationToken).ConfigureAwait(false);
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
    /// <remarks>SQS keeps the receipt handle. It refuses what goes beyond 12 hours from the receive.</remarks>
    public async Task<ReceivedMessage?> RenewAsync(ReceivedMessage message, TimeSpan lease, CancellationToken cancellationToken)
    {
        var leaseStart = await ChangeVisibilityAsync(message, SqsSeconds.OfLease(lease), cancellationToken).ConfigureAwait(false);
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
        var batch = new SqsBatch(
            Transport,
            _clock,
            entries => _requests.DeleteMessageBatch(messages, entries),
            (entry, result) => JudgeDeleted(messages[entry], result, lost));
        var split = SqsBatchPlan.Split(messages.Count, BatchEntries);
        if (await batch.RunAsync(split, cancellationToken).ConfigureAwait(false) is { } e)
            throw WithCount(e, Invariant($"{batch.Settled} of {messages.Count} messages were settled"));
        return [.. lost];
    }

    /// <inheritdoc/>
    /// <remarks>The delay is rounded up to whole seconds; 12 hours at most.</remarks>
    public Task ReleaseAsync(ReceivedMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
        ChangeVisibilityAsync(message, SqsSeconds.OfDelay(delay), cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Visible, in flight and delayed messages; SQS is right within about a minute.</remarks>
    public async Task<long> GetDepthAsync(CancellationToken cancellationToken)
    {
        const string visible = "ApproximateNumberOfMessages";
        return await Transport.CallAsync(
            _requests.GetQueueAttributes(visible, visible + "NotVisible", visible + "Delayed"),
            answer => SqsResponses.Attributes(answer).Values.Sum(count => long.Parse(count, CultureInfo.InvariantCulture)),
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>It is created in the account of the credentials, with the service's defaults.</remarks>
    public async Task CreateIfMissingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Transport.CallAsync(
                _requests.GetQueueAttributes("QueueArn"), static _ => true, cancellationToken).ConfigureAwait(false);
        }
        catch (QueueException e) when (SqsCodes.IsMissingQueue(e.Failure.Code))
        {
            await CreateAsync(cancellationToken).ConfigureAwait(false);
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
            await Transport.CallAsync(_requests.CreateQueue(), static _ => true, cancellationToken).ConfigureAwait(false);
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
                _requests.ChangeMessageVisibility(message.Receipt, seconds),
                answer => answer.SentAt,
                cancellationToken).ConfigureAwait(false);
        }
        catch (QueueException e) when (SqsCodes.IsLostLease(e.Failure.Code))
        {
            return null;
        }
    }

    private QueueFailure? JudgeSent(ReadOnlySpan<byte> text, SqsEntryResult result)
    {
        if (!result.IsSuccess)
            return Transport.Failures.EntryRefused(SqsOperation.SendMessageBatch, result);

        return TextDigest.Matches(text, result.Md5)
            ? null
            : Transport.Failures.Unusable(SqsOperation.SendMessageBatch, "the queue stored another text than was sent (MD5)");
    }

    private QueueFailure? JudgeDeleted(ReceivedMessage message, SqsEntryResult result, ConcurrentQueue<ReceivedMessage> lost)
    {
        if (!result.IsSuccess && !SqsCodes.IsLostLease(result.Code))
            return Transport.Failures.EntryRefused(SqsOperation.DeleteMessageBatch, result);

        if (!result.IsSuccess || HasEnded(message))
            lost.Enqueue(message);
        return null;
    }

    private bool HasEnded(ReceivedMessage message) =>
        message.Lease is { } lease && _clock.GetElapsedTime(message.LeaseStart) >= lease;

    private static ISqsCredentials CredentialsFor(QueueEndpoint endpoint) =>
        endpoint.Url.IsLoopback ? new LoopbackCredentials(Environment.GetEnvironmentVariable) : new ChainCredentials();

    private static QueueException WithCount(QueueException e, string count)
    {
        var detail = e.Failure.Detail is { } cause ? $"{count}; {cause}" : count;
        return new QueueException(e.Failure with { Detail = detail }, e.InnerException);
    }
}
