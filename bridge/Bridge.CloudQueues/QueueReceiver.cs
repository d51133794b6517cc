using Bridge.Core.Pipeline;
using Bridge.Core.Publishing;
using Bridge.Core.Running;
using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Governance;
using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>
/// Takes messages from one queue while the broker can take their events, has each worked on, and settles it: deleted when all of
/// it is confirmed, given back otherwise. One long poll while the queue is quiet, more while polls come back full.
/// </summary>
internal sealed class QueueReceiver(
    IQueueReceiver queue,
    MessageWork work,
    IPublisher publisher,
    ByteBudget budget,
    ReceiveOptions options,
    QueueMetrics metrics,
    ILogger<QueueReceiver> log,
    TimeProvider clock,
    Random random) : DrainingService
{
    // A quiet queue leaves the memory to the others.
    private const long SmallestAnswer = 256 * 1024;

    // A stop waits for it, within the 22 s that work under way has.
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LateAnswer = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SameUnderWayDelay = TimeSpan.FromSeconds(5);

    private readonly LeaseRenewal _leases = new(queue.Endpoint, metrics, log, clock);
    private readonly DeleteBatcher _deletes = new(queue, options.MaxPolls);
    private readonly QueueDepth _depth = new(queue, clock);
    private readonly QueueFront _front = new(clock);
    private readonly TaskGroup _inWork = new(log);
    private int _polls;
    private long _expectedAnswer = SmallestAnswer;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.Observe(queue.Endpoint, () => _depth.Last, _leases.OldestAge, () => _front.Age(_depth.Last, _depth.Asked));
        using var settling = new CancellationTokenSource();
        var upkeep = Task.WhenAll(
            KeepAsync("Renewing the leases", _leases.RunAsync, settling.Token),
            KeepAsync("Deleting", _deletes.RunAsync, settling.Token),
            KeepAsync("Asking for the depth", _depth.RunAsync, settling.Token));
        ReceiveLog.Started(log, queue.Endpoint);
        try
        {
            await PollAsync(isFirst: true, stoppingToken);
        }
        finally
        {
            // Leases are renewed and deletes done until the last message in work is settled.
            await _inWork.WhenAllAsync();
            await settling.CancelAsync();
            await upkeep;
            _deletes.Cancel();
            await queue.DisposeAsync();
        }
    }

    private Task KeepAsync(string name, Func<CancellationToken, Task> loop, CancellationToken cancellationToken) =>
        KeptLoop.RunAsync($"{name} of {queue.Endpoint}", loop, log, clock, cancellationToken);

    private async Task PollAsync(bool isFirst, CancellationToken stop)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30), random);
        try
        {
            while (true)
            {
                stop.ThrowIfCancellationRequested();
                await publisher.WaitUntilReadyAsync(stop);
                var received = await TryReceiveAsync(isFirst, backoff, stop);
                if (received == queue.MaxReceive)
                    AddPoll(stop);
                else if (received == 0 && !isFirst)
                    return;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The stop was asked for.
        }
    }

    private void AddPoll(CancellationToken stop)
    {
        if (Interlocked.Increment(ref _polls) < options.MaxPolls)
            _inWork.Run(() => PollAsync(isFirst: false, stop), () => Interlocked.Decrement(ref _polls));
        else
            Interlocked.Decrement(ref _polls);
    }

    private async Task<int> TryReceiveAsync(bool isFirst, Backoff backoff, CancellationToken stop)
    {
        try
        {
            var received = await ReceiveAsync(isFirst, stop);
            if (backoff.Failures > 0)
                ReceiveLog.Recovered(log, queue.Endpoint);
            backoff.Reset();
            return received;
        }
        catch (QueueException e)
        {
            if (backoff.Failures == 0)
                ReceiveLog.Failing(log, queue.Endpoint, e.Message);
            await PauseAsync(backoff.Next(), stop);
            return 0;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            var delay = backoff.Next();
            ReceiveLog.ReceivingFailedUnexpectedly(log, e, queue.Endpoint, delay);
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

    private async Task<int> ReceiveAsync(bool isFirst, CancellationToken stop)
    {
        using var reservation = await budget.ReserveAsync(Volatile.Read(ref _expectedAnswer), stop);
        var (asked, began) = (clock.GetUtcNow(), clock.GetTimestamp());
        try
        {
            var messages = await AskAsync(isFirst ? LongPoll : TimeSpan.Zero, reservation, stop);
            metrics.RecordReceive(queue.Endpoint, clock.GetElapsedTime(began));
            _front.Note(asked, messages, messages.Count == queue.MaxReceive);
            Expect(Begin(messages, reservation, stop));
            return messages.Count;
        }
        catch (QueueException e)
        {
            metrics.RecordReceive(queue.Endpoint, clock.GetElapsedTime(began), e);
            throw;
        }
    }

    // The next answer is about as large as this one; half of the budget at most, so that no call waits until nothing is in work.
    private void Expect(long bytes) => Volatile.Write(ref _expectedAnswer, Math.Clamp(bytes, SmallestAnswer, options.MaxBytes / 2));

    // A receive under way may end even after the stop: otherwise the messages that it leased would be hidden until the lease
    // ends.
    private async Task<IReadOnlyList<ReceivedMessage>> AskAsync(
        TimeSpan wait, ByteBudget.Reservation reservation, CancellationToken stop)
    {
        var receiving = queue.ReceiveAsync(queue.MaxReceive, options.Lease, wait, stop);
        await ((Task)receiving).WaitAsync(LateAnswer, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!receiving.IsCompleted && !stop.IsCancellationRequested)
        {
            // The queue is empty, or may never answer. Messages that come later are counted when they come.
            reservation.Resize(0);
            await ((Task)receiving).WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!receiving.IsCompleted)
            await ((Task)receiving).WaitAsync(wait + LateAnswer, clock, Abort).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (receiving.IsCompleted)
            return await receiving;
        ReceiveLog.LeftUnanswered(log, queue.Endpoint, options.Lease);
        return [];
    }

    /// <returns>Bytes that the messages hold.</returns>
    private long Begin(IReadOnlyList<ReceivedMessage> messages, ByteBudget.Reservation reservation, CancellationToken stop)
    {
        var bytes = 0L;
        foreach (var message in messages)
        {
            var size = message.Text.Length + (2L * message.Attributes.Sum(attribute => attribute.Key.Length + attribute.Value.Length));
            Begin(message, reservation.Split(size), stop);
            bytes += size;
        }

        return bytes;
    }

    private void Begin(ReceivedMessage message, ByteBudget.Reservation held, CancellationToken stop)
    {
        metrics.CountReceived(queue.Endpoint, message);
        var began = clock.GetTimestamp();
        var leased = new LeasedMessage(queue, message, options.Lease, clock, held);
        _leases.Add(leased);
        _inWork.Run(() => stop.IsCancellationRequested ? ReleaseAsync(leased, TimeSpan.Zero) : WorkAsync(leased), () =>
        {
            _leases.Remove(leased);
            metrics.RecordProcessed(queue.Endpoint, clock.GetElapsedTime(began));
        });
    }

    private async Task WorkAsync(LeasedMessage leased)
    {
        try
        {
            if (await work.DoAsync(leased.Queue, leased.Message, Abort))
                await DeleteAsync(leased);
            else
                await ReleaseAsync(leased, SameUnderWayDelay);
        }
        catch (OperationCanceledException) when (Abort.IsCancellationRequested)
        {
            await ReleaseAsync(leased, TimeSpan.Zero);
        }
        catch (Exception e)
        {
            await FailAsync(leased, e);
        }
    }

    private async Task FailAsync(LeasedMessage leased, Exception failure)
    {
        var delay = DelayOf(leased);
        if (failure is PublishException unpublished)
            ReceiveLog.Abandoned(log, queue.Endpoint, leased.Message.Id, delay, unpublished.Message);
        else
            ReceiveLog.FailedUnexpectedly(log, failure, queue.Endpoint, leased.Message.Id, delay);

        // A message that waits for room in the broker is not the cause, however often it comes.
        if (failure is not NoRoomException
            && leased.Message.ReceiveCount >= options.MaxDeliveries
            && publisher.IsReady
            && await TryGiveUpAsync(leased))
        {
            await DeleteAsync(leased);
        }
        else
        {
            await ReleaseAsync(leased, delay);
        }
    }

    private async Task<bool> TryGiveUpAsync(LeasedMessage leased)
    {
        try
        {
            await work.GiveUpAsync(leased.Queue, leased.Message, Abort);
            return true;
        }
        catch (Exception e)
        {
            if (e is not (PublishException or OperationCanceledException))
                ReceiveLog.SettlingFailedUnexpectedly(log, e, leased.Message.Id);
            return false;
        }
    }

    private async Task DeleteAsync(LeasedMessage leased)
    {
        var message = await leased.EndAsync();
        try
        {
            if (await _deletes.DeleteAsync(message))
                metrics.CountDeleted(queue.Endpoint, 1);
            else
                metrics.CountLeaseLost(queue.Endpoint);
        }
        catch (Exception e) when (e is QueueException or OperationCanceledException)
        {
            ReceiveLog.DeleteFailed(log, message.Id, FailureText.Of(e));
        }
        catch (Exception e)
        {
            ReceiveLog.SettlingFailedUnexpectedly(log, e, message.Id);
        }
    }

    private async Task ReleaseAsync(LeasedMessage leased, TimeSpan delay)
    {
        var message = await leased.EndAsync();
        metrics.CountAbandoned(queue.Endpoint);
        try
        {
            if (!leased.IsLost)
                await queue.ReleaseAsync(message, delay, CancellationToken.None);
        }
        catch (QueueException e)
        {
            ReceiveLog.RenewalFailed(log, message.Id, e.Message);
        }
        catch (Exception e)
        {
            ReceiveLog.SettlingFailedUnexpectedly(log, e, message.Id);
        }
    }

    // Doubles with every delivery of the message, whichever replica had it before.
    private TimeSpan DelayOf(LeasedMessage leased)
    {
        var seconds = Math.Min(LongestDelay.TotalSeconds, Math.Pow(2, Math.Min(leased.Message.ReceiveCount, 10)));
        return TimeSpan.FromSeconds(Math.Ceiling(seconds * (0.5 + (0.5 * random.NextDouble()))));
    }
}
