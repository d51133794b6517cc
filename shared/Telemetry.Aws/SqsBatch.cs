using System.Globalization;
using Amazon.SQS.Model;
using Telemetry.Queues;

namespace Telemetry.Aws;

/// <summary>
/// Sends many entries in batch calls, several calls at a time. An entry with a transient failure is sent again, without the
/// others. An entry that the answer does not mention counts as failed, since it is unknown whether it succeeded.
/// </summary>
/// <param name="failures">The failures of the queue.</param>
/// <param name="clock">For the waits between attempts.</param>
/// <param name="operation">One of <see cref="SqsOperation"/>.</param>
/// <param name="send">Makes the call for these entries.</param>
/// <param name="isSettled">Returns true when the entry needs no further call. It is given the entry's error, or null for success,
/// and is
/// called by several threads.</param>
internal sealed class SqsBatch(
    SqsFailures failures,
    TimeProvider clock,
    string operation,
    Func<List<int>, CancellationToken, Task<(IEnumerable<string>? Successful, List<BatchResultErrorEntry>? Failed)>> send,
    Func<int, BatchResultErrorEntry?, bool> isSettled)
{
    // This many calls use a fast connection fully and are not yet throttled.
    private const int CallsAtATime = 8;

    // The SDK repeats whole calls, but not single entries.
    private const int EntryAttempts = 4;

    private readonly ConcurrentCalls _calls = new(CallsAtATime);

    /// <summary>Runs all calls, each for some entries.</summary>
    /// <param name="calls">Indexes of the entries of each call.</param>
    /// <param name="count">Entries in all.</param>
    /// <param name="done">What a settled entry is, such as "stored".</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    /// <returns>Null when every entry is settled.</returns>
    public async Task<QueueException?> RunAsync(
        IEnumerable<IReadOnlyList<int>> calls, int count, string done, CancellationToken cancellationToken)
    {
        await _calls.RunAsync(
            calls, (entries, token) => SettleAsync([.. entries], token), cancellationToken).ConfigureAwait(false);
        return _calls.Failure(count, done);
    }

    /// <summary>
    /// Runs of consecutive messages, in order and without gaps, each within <see cref="QueueLimits.CallMessages"/> and
    /// <see cref="QueueLimits.CallBytes"/>. A message over the limit gets a call of its own.
    /// </summary>
    public static IEnumerable<List<int>> Split(IReadOnlyList<ReadOnlyMemory<byte>> messages, QueueLimits limits)
    {
        var call = new List<int>();
        long bytes = 0;
        for (var i = 0; i < messages.Count; i++)
        {
            if (call.Count > 0 && (call.Count == limits.CallMessages || bytes + messages[i].Length > limits.CallBytes))
            {
                yield return call;
                (call, bytes) = ([], 0);
            }

            call.Add(i);
            bytes += messages[i].Length;
        }

        if (call.Count > 0)
            yield return call;
    }

    /// <summary>The identity of an entry within its call.</summary>
    public static string IdOf(int entry) => entry.ToString(CultureInfo.InvariantCulture);

    private async Task SettleAsync(List<int> entries, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(5));
        while (true)
        {
            var (successful, failed) = await send(entries, cancellationToken).ConfigureAwait(false);
            var succeeded = (successful ?? []).ToHashSet(StringComparer.Ordinal);
            var errors = (failed ?? []).ToLookup(error => error.Id, StringComparer.Ordinal);
            QueueFailure? reason = null;
            entries.RemoveAll(entry =>
            {
                var error = errors[IdOf(entry)].FirstOrDefault();
                if ((error is not null || succeeded.Contains(IdOf(entry))) && isSettled(entry, error))
                {
                    _calls.Settle();
                    return true;
                }

                var failure = failures.EntryRefused(operation, error);
                if (failure.IsTransient)
                    reason = failure;
                else
                    _calls.Fail(new QueueException(failure));
                return !failure.IsTransient;
            });
            if (reason is null)
                return;
            if (backoff.Failures == EntryAttempts - 1)
                throw new QueueException(reason);
            await Task.Delay(backoff.Next(), clock, cancellationToken).ConfigureAwait(false);
        }
    }
}
