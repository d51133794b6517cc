using Bridge.Core.Running;
using Bridge.Core.Sources;
using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>
/// Receives from one queue while the pipeline has memory, and offers the messages. It makes one long poll at a time while the
/// queue is quiet, and further polls while calls return as many messages as they may.
/// </summary>
internal sealed class QueuePoller(
    IQueueReceiver queue,
    QueueLeases leases,
    OldestMessageEstimate oldestWaiting,
    ReceiveOptions options,
    QueueMetrics metrics,
    ILogger log,
    TimeProvider clock,
    Random random)
{
    // A quiet queue reserves only this much, so that other queues can use the memory.
    private const long SmallestAnswer = 256 * 1024;

    // A stop waits for the poll, so the poll must be much shorter than the 22 s that a stop allows.
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LateAnswer = TimeSpan.FromSeconds(2);

    private readonly TaskGroup _morePolls = new(log);
    private int _polls;
    private long _expectedAnswer = SmallestAnswer;

    /// <summary>Polls until it is stopped. Completes when every poll has ended.</summary>
    public async Task RunAsync(ISink sink, CancellationToken stop)
    {
        await PollAsync(sink, isFirst: true, stop);
        await _morePolls.WhenAllAsync();
    }

    private async Task PollAsync(ISink sink, bool isFirst, CancellationToken stop)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30), random);
        try
        {
            while (true)
            {
                stop.ThrowIfCancellationRequested();
                var received = await TryReceiveAsync(sink, isFirst, backoff, stop);
                if (received == queue.MaxReceive)
                    AddPoll(sink, stop);
                else if (received == 0 && !isFirst)
                    return;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The stop was asked for.
        }
    }

    private void AddPoll(ISink sink, CancellationToken stop)
    {
        if (Interlocked.Increment(ref _polls) < options.MaxPolls)
            _morePolls.Run(() => PollAsync(sink, isFirst: false, stop), () => Interlocked.Decrement(ref _polls));
        else
            Interlocked.Decrement(ref _polls);
    }

    private async Task<int> TryReceiveAsync(ISink sink, bool isFirst, Backoff backoff, CancellationToken stop)
    {
        try
        {
            var received = await ReceiveAsync(sink, isFirst, stop);
            if (backoff.Failures > 0)
                ReceiveLog.Recovered(log, leases.Name);
            backoff.Reset();
            return received;
        }
        catch (QueueException e)
        {
            if (backoff.Failures == 0)
                ReceiveLog.Failing(log, leases.Name, e.Message);
            await PauseAsync(backoff.Next(), stop);
            return 0;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            var delay = backoff.Next();
            ReceiveLog.ReceivingFailedUnexpectedly(log, e, leases.Name, delay);
            await PauseAsync(delay, stop);
            return 0;
        }
    }

    // During the pause the queue reserves no memory, and its next attempt reserves little, so that other queues can use it.
    private Task PauseAsync(TimeSpan delay, CancellationToken stop)
    {
        Expect(0);
        return Task.Delay(delay, clock, stop);
    }

    private async Task<int> ReceiveAsync(ISink sink, bool isFirst, CancellationToken stop)
    {
        using var room = await sink.ReserveAsync(Volatile.Read(ref _expectedAnswer), stop);
        var (asked, began) = (clock.GetUtcNow(), clock.GetTimestamp());
        IReadOnlyList<ReceivedMessage> messages;
        try
        {
            messages = await AskAsync(isFirst ? LongPoll : TimeSpan.Zero, room, stop);
            metrics.RecordReceive(leases.Name, clock.GetElapsedTime(began));
        }
        catch (QueueException e)
        {
            metrics.RecordReceive(leases.Name, clock.GetElapsedTime(began), e);
            throw;
        }

        oldestWaiting.Note(asked, messages, messages.Count == queue.MaxReceive);
        Expect(messages.Sum(SizeOf));

        // All leases are renewed from here on, even while a message waits to be offered.
        var leased = messages.Select(leases.Begin).ToList();
        await Task.WhenAll(leased.Select(message => message.OfferAsync(sink, room.Split(SizeOf(message.Message)), stop)));
        return messages.Count;
    }

    // The next answer is probably as large as this one. At most half of the budget is reserved, since a larger reservation could
    // wait until no message is in work.
    private void Expect(long bytes) =>
        Volatile.Write(ref _expectedAnswer, Math.Clamp(bytes, SmallestAnswer, options.MaxBytes / 2));

    // After a stop a receive call that has begun may still finish: otherwise its messages would stay invisible until their lease
    // ends.
    private async Task<IReadOnlyList<ReceivedMessage>> AskAsync(
        TimeSpan wait, ByteBudget.Reservation room, CancellationToken stop)
    {
        var receiving = queue.ReceiveAsync(queue.MaxReceive, options.Lease, wait, stop);
        await ((Task)receiving).WaitAsync(LateAnswer, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!receiving.IsCompleted && !stop.IsCancellationRequested)
        {
            // The queue is empty, or may never answer, so the memory is freed. A late answer reserves its memory when it arrives.
            room.Resize(0);
            await ((Task)receiving).WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!receiving.IsCompleted)
        {
            await ((Task)receiving).WaitAsync(wait + LateAnswer, clock, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (receiving.IsCompleted)
            return await receiving;
        ReceiveLog.LeftUnanswered(log, leases.Name, options.Lease);
        return [];
    }

    private static long SizeOf(ReceivedMessage message) =>
        message.Text.Length + (2L * message.Attributes.Sum(attribute => attribute.Key.Length + attribute.Value.Length));
}
