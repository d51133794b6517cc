using System.Collections.Concurrent;
using Telemetry.Queues;

namespace Bridge.Tools.DeadLetters;

/// <summary>The queues that dead letters may return to.</summary>
/// <param name="queues">The configured queues. A dead letter names its queue's URL as its source.</param>
/// <param name="other">
/// Receives the letters whose own queue is not configured; null to leave those in the dead-letter queue.
/// </param>
/// <param name="open">Opens a sender, which this object disposes.</param>
internal sealed class ReplayDestinations(
    IReadOnlyList<QueueEndpoint> queues, QueueEndpoint? other, Func<QueueEndpoint, IQueueSender> open) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<QueueEndpoint, Lazy<IQueueSender>> _senders = new();

    /// <summary>Finds the queue for a dead letter; returns null and the reason when there is none.</summary>
    public QueueEndpoint? Find(string? source, out string? problem)
    {
        var found = queues.Append(other).FirstOrDefault(queue => queue is not null && IsSame(queue.Url, source)) ?? other;
        problem = found is not null ? null
            : source is null ? "no header x-dead-source says which queue it came from: give one with --queue"
            : $"its queue {source} is not configured: set Bridge__Queues__N__Url to it, or give a queue with --queue";
        return found;
    }

    /// <summary>Returns the queue's sender, the same one for every call.</summary>
    public IQueueSender Open(QueueEndpoint queue) =>
        _senders.GetOrAdd(queue, static (key, create) => new(() => create(key)), open).Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders.Values)
            await sender.Value.DisposeAsync();
    }

    private static bool IsSame(Uri url, string? source) =>
        Uri.TryCreate(source, UriKind.Absolute, out var other) && other == url;
}
