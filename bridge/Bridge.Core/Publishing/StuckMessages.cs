using System.Diagnostics.Metrics;
using Bridge.Core.Running;
using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Queues;

namespace Bridge.Core.Publishing;

/// <summary>
/// Messages that the broker accepts neither into the exchange nor into one of the bridge's own queues, for example because the
/// dead-letter queue is full. Each is retried independently, and other messages do not wait for it. Readiness, metrics and the
/// status page show them. Safe for several threads.
/// </summary>
/// <param name="budget">Memory for all of them; a message larger than the budget may wait when no other does.</param>
/// <param name="log">Receives a line when the first message begins to wait, and when none waits any more.</param>
/// <param name="clock">Measures every wait.</param>
/// <param name="random">Adds jitter to retries.</param>
internal sealed partial class StuckMessages(ByteBudget budget, ILogger<StuckMessages> log, TimeProvider clock, Random random)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly LinkedList<string> _reasons = [];

    /// <summary>Number of waiting messages.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _reasons.Count;
        }
    }

    /// <summary>Bytes of memory that they hold.</summary>
    public long Bytes => budget.Used;

    /// <summary>
    /// Why the broker does not accept the message that has waited longest, in one line without payload; null when none waits.
    /// </summary>
    public string? Reason
    {
        get
        {
            lock (_gate)
                return _reasons.First?.Value;
        }
    }

    /// <summary>Creates the gauges of the waiting messages.</summary>
    public void Observe(Meter meter)
    {
        meter.CreateObservableGauge(
            "bridge.stuck",
            () => Count,
            "{message}",
            "Messages that wait because they can be neither published nor dead-lettered");
        meter.CreateObservableGauge("bridge.stuck.size", () => Bytes, "By", "Memory of the messages that wait so");
    }

    /// <summary>Retries until the broker accepts the message.</summary>
    /// <param name="reason">Why the broker did not accept it, with the limit that is the cause.</param>
    /// <param name="bytes">Bytes of memory that the message holds meanwhile.</param>
    /// <param name="attempt">Makes one attempt; returns null when the broker accepts the message, otherwise the reason.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NoRoomException">The memory for waiting messages is full.</exception>
    public async Task WaitAsync(string reason, long bytes, Func<Task<string?>> attempt, CancellationToken cancellationToken)
    {
        using var held = budget.TryReserve(bytes)
            ?? throw new NoRoomException($"{reason}; {Count:D} messages that wait for it fill their share of the memory");
        var place = Add(reason);
        try
        {
            var backoff = new Backoff(FirstWait, LongestWait, random);
            while (true)
            {
                await Task.Delay(backoff.Next(), clock, cancellationToken);
                if (await TryAsync(attempt) is not { } still)
                    return;
                lock (_gate)
                    place.Value = still;
            }
        }
        finally
        {
            Remove(place);
        }
    }

    private static async Task<string?> TryAsync(Func<Task<string?>> attempt)
    {
        try
        {
            return await attempt();
        }
        catch (PublishException exception)
        {
            return exception.Message;
        }
    }

    private LinkedListNode<string> Add(string reason)
    {
        lock (_gate)
        {
            if (_reasons.Count == 0)
                Stuck(log, reason);
            return _reasons.AddLast(reason);
        }
    }

    private void Remove(LinkedListNode<string> place)
    {
        lock (_gate)
        {
            _reasons.Remove(place);
            if (_reasons.Count == 0)
                NoneStuck(log);
        }
    }

    [LoggerMessage(
        1,
        LogLevel.Error,
        "A message can be neither published nor dead-lettered; it waits and is tried again, and nothing is lost: {Reason}")]
    private static partial void Stuck(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Information, "No message waits for the broker any more")]
    private static partial void NoneStuck(ILogger logger);
}
