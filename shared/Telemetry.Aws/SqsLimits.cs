using System.Globalization;
using Telemetry.Queues;
using static System.FormattableString;

namespace Telemetry.Aws;

/// <summary>
/// The queue's limits: read once, by one caller at a time, and cached until they are forgotten. A failed read is tried again.
/// </summary>
internal sealed class SqsLimits(Func<SqsTransport> transport, SqsRequests requests) : IDisposable
{
    private const string MaximumMessageSize = nameof(MaximumMessageSize);

    private readonly SemaphoreSlim _asking = new(1, 1);
    private volatile QueueLimits? _known;

    /// <summary>The queue's limits; <see cref="QueueLimits.Sqs"/> where the caller may not ask.</summary>
    public async ValueTask<QueueLimits> GetAsync(CancellationToken cancellationToken)
    {
        if (_known is { } known)
            return known;

        await _asking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _known ??= await AskAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>Clears the cache: the next call reads the limits again.</summary>
    public void Forget() => _known = null;

    /// <summary>Refuses messages that the queue would refuse, before any is sent.</summary>
    public void ThrowIfTooLong(IReadOnlyList<ReadOnlyMemory<byte>> messages, QueueLimits limits)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i].Length <= limits.MessageBytes)
                continue;

            throw new QueueException(transport().Failures.Unsent(
                SqsOperation.SendMessageBatch,
                Invariant($"message {i + 1} of {messages.Count} has {messages[i].Length:N0} bytes, and the queue takes ")
                + Invariant($"{limits.MessageBytes:N0} ({MaximumMessageSize}); none was sent")));
        }
    }

    public void Dispose() => _asking.Dispose();

    private async Task<QueueLimits> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await transport().CallAsync(
                requests.GetQueueAttributes(MaximumMessageSize), Read, cancellationToken).ConfigureAwait(false);
        }
        catch (QueueException e) when (SqsCodes.IsAccessDenied(e.Failure.Code))
        {
            return QueueLimits.Sqs;
        }
    }

    private static QueueLimits Read(SqsAnswer answer) =>
        SqsResponses.Attributes(answer).TryGetValue(MaximumMessageSize, out var size)
            ? QueueLimits.ForSqs(int.Parse(size, CultureInfo.InvariantCulture))
            : QueueLimits.Sqs;
}
