using Telemetry.Queues;

namespace Telemetry.Azure;

/// <summary>Makes the single calls of a list several at a time, because the service takes one message a call.</summary>
internal static class ConcurrentCalls
{
    private const int AtATime = 16;

    /// <summary>Calls for each item. After the first failure no further call starts; those under way end.</summary>
    /// <returns>How many calls succeeded, and the first failure, if any.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<(int Done, QueueException? Failure)> ForEachAsync<T>(
        IReadOnlyList<T> items, Func<T, CancellationToken, Task> call, CancellationToken cancellationToken)
    {
        var done = 0;
        QueueException? failure = null;
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(items, options, async (item, token) =>
        {
            if (Volatile.Read(ref failure) is not null)
                return;
            try
            {
                await call(item, token).ConfigureAwait(false);
                Interlocked.Increment(ref done);
            }
            catch (QueueException error)
            {
                Interlocked.CompareExchange(ref failure, error, null);
            }
        }).ConfigureAwait(false);
        return (done, failure);
    }
}
