using Telemetry.Queues;

namespace Telemetry.Aws;

/// <summary>
/// Carries many entries through batch calls, several at a time. An entry that failed for a reason that may pass is sent again,
/// without those that succeeded. After the first failure no further call begins; calls under way end.
/// </summary>
/// <param name="transport">Carries the calls.</param>
/// <param name="clock">For the waits between attempts.</param>
/// <param name="write">The call for these entries.</param>
/// <param name="judge">Null when the entry needs nothing more, else its failure. Called by several threads.</param>
internal sealed class SqsBatch(
    SqsTransport transport,
    TimeProvider clock,
    Func<IReadOnlyList<int>, SqsCall> write,
    Func<int, SqsEntryResult, QueueFailure?> judge)
{
    /// <summary>Calls under way at a time: enough to fill a fast line, few enough not to be throttled for it.</summary>
    public const int Concurrency = 8;

    private readonly Lock _lock = new();
    private QueueException? _failure;
    private int _settled;
    private int _next;

    /// <summary>Entries that need nothing more.</summary>
    public int Settled => Volatile.Read(ref _settled);

    /// <summary>Runs all calls, each a range of entries.</summary>
    /// <returns>
    /// Null when every entry is settled, else what happened first; a permanent failure goes before one that may pass.
    /// </returns>
    public async Task<QueueException?> RunAsync(IReadOnlyList<Range> calls, CancellationToken cancellationToken)
    {
        var workers = new Task[Math.Min(Concurrency, calls.Count)];
        for (var i = 0; i < workers.Length; i++)
            workers[i] = WorkAsync(calls, cancellationToken);
        await Task.WhenAll(workers).ConfigureAwait(false);
        return _failure;
    }

    private async Task WorkAsync(IReadOnlyList<Range> calls, CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _failure) is null && Interlocked.Increment(ref _next) - 1 is var call && call < calls.Count)
        {
            var (start, end) = (calls[call].Start.Value, calls[call].End.Value);
            await SettleAsync([.. Enumerable.Range(start, end - start)], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>One call's entries, until each is settled or has failed. All its attempts share one allowance.</summary>
    private async Task SettleAsync(List<int> entries, CancellationToken cancellationToken)
    {
        var retry = new SqsRetry(clock);
        try
        {
            while (true)
            {
                var results = await transport.CallAsync(
                    write(entries), SqsResponses.Batch, retry, cancellationToken).ConfigureAwait(false);
                var last = Judge(entries, results);
                if (last is null)
                    return;

                if (retry.IsSpent)
                    throw new QueueException(last);
                await retry.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (QueueException e)
        {
            Note(e);
        }
    }

    /// <summary>Leaves in <paramref name="entries"/> those to be sent again, and gives the reason of one of them.</summary>
    private QueueFailure? Judge(List<int> entries, Dictionary<int, SqsEntryResult> results)
    {
        QueueFailure? reason = null;
        for (var i = entries.Count - 1; i >= 0; i--)
        {
            var failure = judge(entries[i], results.GetValueOrDefault(entries[i], SqsEntryResult.Missing));
            if (failure is { IsTransient: true })
            {
                reason = failure;
                continue;
            }

            if (failure is null)
                Interlocked.Increment(ref _settled);
            else
                Note(new QueueException(failure));
            entries.RemoveAt(i);
        }

        return reason;
    }

    private void Note(QueueException failure)
    {
        lock (_lock)
        {
            if (_failure is null || (_failure.Failure.IsTransient && !failure.Failure.IsTransient))
                _failure = failure;
        }
    }
}
