using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using Telemetry;
using Telemetry.Queues;

namespace Bridge.RabbitMq.Publishing;

/// <summary>
/// Publishes nacked messages again: a bound queue is full and rejects, or has no leader, so the message is not the cause.
/// Messages with the same routing key go to the same queues. Of them, one is tried at a time, and after each success twice as
/// many, since every attempt puts a copy into the other bound queues. Safe for several threads.
/// </summary>
/// <param name="options">When waiting ends.</param>
/// <param name="changed">Called when <see cref="AreAny"/> may have changed.</param>
/// <param name="clock">Every wait.</param>
/// <param name="random">Spreads the attempts.</param>
internal sealed class NackedMessages(RabbitMqOptions options, Action changed, TimeProvider clock, Random random)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    /// <summary>True while something waits to be published again.</summary>
    public bool AreAny
    {
        get
        {
            lock (_gate)
                return _lanes.Count > 0;
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
    /// <returns>The refused messages and those still nacked, with indexes of <paramref name="publication"/>.</returns>
    public async Task<IReadOnlyList<PublishRefusal>> InsistAsync(
        IPublication publication,
        IEnumerable<int> nacked,
        Func<IPublication, Task<IReadOnlyList<PublishRefusal>>> publish,
        CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(
            options.WhenRejected is WhenRejected.DeadLetter ? options.DeadLetterAfter : Timeout.InfiniteTimeSpan, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        var refusals = await Task.WhenAll(nacked.GroupBy(index => publication[index].RoutingKey, StringComparer.Ordinal)
            .Select(same => InLaneAsync(same.Key, lane => InsistAsync(lane, publication, same, publish, both.Token))));
        cancellationToken.ThrowIfCancellationRequested();
        return [.. refusals.SelectMany(some => some)];
    }

    private async Task<List<PublishRefusal>> InLaneAsync(string routingKey, Func<Lane, Task<List<PublishRefusal>>> insist)
    {
        Lane? lane;
        lock (_gate)
        {
            if (!_lanes.TryGetValue(routingKey, out lane))
                _lanes.Add(routingKey, lane = new Lane(new Backoff(FirstWait, LongestWait, random)));
            lane.Users++;
        }

        changed();
        try
        {
            return await insist(lane);
        }
        finally
        {
            lock (_gate)
            {
                if (--lane.Users == 0)
                    _lanes.Remove(routingKey);
            }

            changed();
        }
    }

    private async Task<List<PublishRefusal>> InsistAsync(
        Lane lane,
        IPublication publication,
        IEnumerable<int> nacked,
        Func<IPublication, Task<IReadOnlyList<PublishRefusal>>> publish,
        CancellationToken ended)
    {
        var left = nacked.ToList();
        var refused = new List<PublishRefusal>();
        try
        {
            await lane.Turn.WaitAsync(ended);
            try
            {
                for (var step = 1; left.Count > 0; step = lane.HasRoom ? Math.Min(step * 2, left.Count) : 1)
                {
                    if (!lane.HasRoom)
                        await Task.Delay(lane.Backoff.Next(), clock, ended);
                    lane.Note(await TryAsync(publication, left, Math.Min(step, left.Count), refused, publish));
                }
            }
            finally
            {
                lane.Turn.Release();
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The time is up, or the caller no longer waits.
        }

        refused.AddRange(left.Select(index => new PublishRefusal(index, PublishRefusalReason.Nacked, "nacked by the broker")));
        return refused;
    }

    // Messages that are nacked again go to the end, so that no message is tried more often than the others.
    private static async Task<bool> TryAsync(
        IPublication publication,
        List<int> left,
        int count,
        List<PublishRefusal> refused,
        Func<IPublication, Task<IReadOnlyList<PublishRefusal>>> publish)
    {
        var part = new PublicationPart(publication, [.. left.Take(count)]);
        left.RemoveRange(0, count);
        try
        {
            var refusals = part.InWhole(await publish(part));
            left.AddRange(refusals.Where(IsNacked).Select(refusal => refusal.Index));
            refused.AddRange(refusals.Where(refusal => !IsNacked(refusal)));
            return !refusals.Any(IsNacked);
        }
        catch (PublishException)
        {
            left.AddRange(part.Unconfirmed);
            return false;
        }
        catch (OperationCanceledException)
        {
            left.AddRange(part.Unconfirmed);
            throw;
        }
    }

    private static bool IsNacked(PublishRefusal refusal) => refusal.Reason is PublishRefusalReason.Nacked;

    // State that messages with the same routing key share; all but Users may be used only by the holder of Turn.
    private sealed class Lane(Backoff backoff)
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public Backoff Backoff => backoff;

        public int Users { get; set; }

        public bool HasRoom { get; private set; }

        public void Note(bool hasRoom)
        {
            HasRoom = hasRoom;
            if (hasRoom)
                backoff.Reset();
        }
    }
}
