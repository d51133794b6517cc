using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using Telemetry;
using Telemetry.Queues;

namespace Bridge.RabbitMq.Publishing;

/// <summary>
/// Publishes nacked messages again, over whatever session is open: a bound queue is full and rejects, or has no leader, so the
/// message is not the cause. Every attempt puts a copy into the other bound queues. Therefore, of the messages with the same
/// routing key, which go to the same queues, one is tried at a time, and after each success twice as many. Safe for several
/// threads.
/// </summary>
/// <param name="options">When waiting ends.</param>
/// <param name="changed">Called when <see cref="IsActive"/> may have changed.</param>
/// <param name="clock">Every wait.</param>
/// <param name="random">Spreads the attempts.</param>
internal sealed class NackedRetry(RabbitMqOptions options, Action changed, TimeProvider clock, Random random)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, RoutingKeyState> _states = new(StringComparer.Ordinal);

    /// <summary>Publishes once.</summary>
    public delegate Task<IReadOnlyList<PublishRefusal>> Publish(PublicationAttempt attempt);

    /// <summary>True while a message waits to be published again.</summary>
    public bool IsActive
    {
        get
        {
            lock (_gate)
                return _states.Count > 0;
        }
    }

    /// <summary>
    /// Publishes each message until the broker confirms it, refuses it for another reason, or the time limit of the options has
    /// passed.
    /// </summary>
    /// <param name="publication">What they belong to.</param>
    /// <param name="nacked">Their indexes.</param>
    /// <param name="publish">Publishes once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The refused messages and those still nacked.</returns>
    public async Task<IReadOnlyList<PublishRefusal>> RetryAsync(
        IPublication publication, IEnumerable<int> nacked, Publish publish, CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(
            options.WhenRejected is WhenRejected.DeadLetter ? options.DeadLetterAfter : Timeout.InfiniteTimeSpan, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        var refusals = await Task.WhenAll(nacked.GroupBy(index => publication[index].RoutingKey, StringComparer.Ordinal)
            .Select(same => RetryRoutingKeyAsync(same.Key, new Remaining(publication, [.. same], publish), both.Token)));
        cancellationToken.ThrowIfCancellationRequested();
        return [.. refusals.SelectMany(some => some)];
    }

    private async Task<IEnumerable<PublishRefusal>> RetryRoutingKeyAsync(
        string routingKey, Remaining remaining, CancellationToken ended)
    {
        var state = Enter(routingKey);
        changed();
        try
        {
            await state.Turn.WaitAsync(ended);
            try
            {
                await RetryAllAsync(state, remaining, ended);
            }
            finally
            {
                state.Turn.Release();
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The time is up, or the caller no longer waits.
        }
        finally
        {
            Leave(routingKey, state);
            changed();
        }

        return remaining.Refusals;
    }

    private async Task RetryAllAsync(RoutingKeyState state, Remaining remaining, CancellationToken ended)
    {
        for (var count = 1; remaining.Count > 0; count = state.HasRoom ? count * 2 : 1)
        {
            if (!state.HasRoom)
                await Task.Delay(state.Waits.Next(), clock, ended);
            count = Math.Min(count, remaining.Count);
            state.HasRoom = await remaining.TryAsync(count);
            if (state.HasRoom)
                state.Waits.Reset();
        }
    }

    private RoutingKeyState Enter(string routingKey)
    {
        lock (_gate)
        {
            if (!_states.TryGetValue(routingKey, out var state))
                _states.Add(routingKey, state = new RoutingKeyState(new Backoff(FirstWait, LongestWait, random)));
            state.Users++;
            return state;
        }
    }

    private void Leave(string routingKey, RoutingKeyState state)
    {
        lock (_gate)
        {
            if (--state.Users == 0)
                _states.Remove(routingKey);
        }
    }

    // What messages with the same routing key share; all but Users may be used only by the holder of Turn.
    private sealed class RoutingKeyState(Backoff waits)
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public Backoff Waits => waits;

        public int Users { get; set; }

        public bool HasRoom { get; set; }
    }

    // Messages of a publication that are still to be published again.
    private sealed class Remaining(IPublication publication, List<int> indexes, Publish publish)
    {
        private readonly List<PublishRefusal> _refused = [];

        public int Count => indexes.Count;

        public IEnumerable<PublishRefusal> Refusals => _refused.Concat(
            indexes.Select(index => new PublishRefusal(index, PublishRefusalReason.Nacked, "nacked by the broker")));

        // True when none was nacked. Those that were go to the end, so that no message is tried more often than the others.
        public async Task<bool> TryAsync(int count)
        {
            var attempt = new PublicationAttempt(publication, [.. indexes.Take(count)]);
            indexes.RemoveRange(0, count);
            try
            {
                var refusals = (await publish(attempt)).ToLookup(refusal => refusal.Reason is PublishRefusalReason.Nacked);
                indexes.AddRange(refusals[true].Select(refusal => refusal.Index));
                _refused.AddRange(refusals[false]);
                return !refusals.Contains(true);
            }
            catch (Exception exception) when (exception is PublishException or OperationCanceledException)
            {
                indexes.AddRange(attempt.Unconfirmed);
                if (exception is OperationCanceledException)
                    throw;
                return false;
            }
        }
    }
}
