using Bridge.Core.Running;
using Bridge.Core.Sources;
using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>
/// Receives from one queue while the pipeline has room, and offers what comes: one long poll while the queue is quiet, more polls
/// while they come back full.
/// </summary>
internal sealed class QueuePoller(
    IQueueReceiver queue,
    SourceName name,
    QueueLeases leases,
    QueueFront front,
    ReceiveOptions options,
    QueueMetrics metrics,
    ILogger log,
    TimeProvider clock,
    Random random)
{
    // A quiet queue leaves the memory to the others.
    private const long SmallestAnswer = 256 * 1024;

    // A stop waits for it, within the 22 s that work under way has.
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LateAnswer = TimeSpan.FromSeconds(2);

    private readonly TaskGroup _morePolls = new(log);
    private int _polls;
    private long _expectedAnswer = SmallestAnswer;

    /// <summary>Polls until it is stopped; completes when no poll is under way.</summary>
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
                ReceiveLog.Recovered(log, name);
            backoff.Reset();
            return received;
        }
        catch (QueueException e)
        {
            if (backoff.Failures == 0)
                ReceiveLog.Failing(log, name, e.Message);
            await PauseAsync(backoff.Next(), stop);
            return 0;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            var delay = backoff.Next();
            ReceiveLog.ReceivingFailedUnexpectedly(log, e, name, delay);
            await PauseAsync(delay, stop);
            return 0;
        }
    }

    // While this queue waits it reserves no memory, and little for its next attempt, so that other queues can use it.
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
            metrics.RecordReceive(name, clock.GetElapsedTime(began));
        }
        catch (QueueException e)
        {
            metrics.RecordReceive(name, clock.GetElapsedTime(began), e);
            throw;
        }

        front.Note(asked, messages, messages.Count == queue.MaxReceive);
        Expect(messages.Sum(SizeOf));

        // Every message is leased from now on, whatever becomes of the others.
        var leased = messages.Select(leases.Begin).ToList();
        await Task.WhenAll(leased.Select(message => message.OfferAsync(sink, room.Split(SizeOf(message.Message)), stop)));
        return messages.Count;
    }

    // The next answer is about as large as this one; half of the budget at most, so that no call waits until nothing is in work.
    private void Expect(long bytes) =>
        Volatile.Write(ref _expectedAnswer, Math.Clamp(bytes, SmallestAnswer, options.MaxBytes / 2));

    // A receive under way may end even after the stop: otherwise the messages that it leased would be hidden until the lease
    // ends.
    private async Task<IReadOnlyList<ReceivedMessage>> AskAsync(
        TimeSpan wait, ByteBudget.Reservation room, CancellationToken stop)
    {
        var receiving = queue.ReceiveAsync(queue.MaxReceive, options.Lease, wait, stop);
        await ((Task)receiving).WaitAsync(LateAnswer, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!receiving.IsCompleted && !stop.IsCancellationRequested)
        {
            // The queue is empty, or may never answer. Messages that come later are counted when they come.
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
        ReceiveLog.LeftUnanswered(log, name, options.Lease);
        return [];
    }

    private static long SizeOf(ReceivedMessage message) =>
        message.Text.Length + (2L * message.Attributes.Sum(attribute => attribute.Key.Length + attribute.Value.Length));
}
