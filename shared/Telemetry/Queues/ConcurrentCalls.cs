using static System.FormattableString;

namespace Telemetry.Queues;

/// <summary>
/// Makes the calls for a list of messages several at a time. After the first failure no further call starts; calls under way end.
/// </summary>
/// <param name="atATime">Calls under way at most.</param>
internal sealed class ConcurrentCalls(int atATime)
{
    private readonly Lock _lock = new();
    private QueueException? _failure;
    private int _settled;

    /// <summary>Counts a message that needs nothing more.</summary>
    internal void Settle() => Interlocked.Increment(ref _settled);

    /// <summary>Notes a failure. The first failure is kept; a permanent failure replaces a transient one.</summary>
    internal void Fail(QueueException failure)
    {
        lock (_lock)
        {
            if (_failure is null || (_failure.Failure.IsTransient && !failure.Failure.IsTransient))
                _failure = failure;
        }
    }

    /// <summary>Makes a call for each item.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    internal Task RunAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, Task> call, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = atATime, CancellationToken = cancellationToken };
        return Parallel.ForEachAsync(items, options, async (item, token) =>
        {
            if (Volatile.Read(ref _failure) is not null)
                return;
            try
            {
                await call(item, token).ConfigureAwait(false);
            }
            catch (QueueException error)
            {
                Fail(error);
            }
        });
    }

    /// <summary>The failure, with how many of the messages are settled; null without one.</summary>
    /// <param name="count">Messages in all.</param>
    /// <param name="done">What a settled message is, such as "stored".</param>
    internal QueueException? Failure(int count, string done)
    {
        if (_failure is not { Failure: var failure })
            return null;
        var detail = Invariant($"{_settled} of {count} messages were {done}");
        return new QueueException(failure with { Detail = failure.Detail is { } cause ? $"{detail}; {cause}" : detail });
    }
}
