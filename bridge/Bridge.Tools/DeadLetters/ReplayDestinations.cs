using System.Collections.Concurrent;
using Telemetry.Queues;

namespace Bridge.Tools.DeadLetters;

/// <summary>The queues that dead letters may go back to.</summary>
/// <param name="queues">Known by their URL, which a dead letter names as its source.</param>
/// <param name="other">Takes those whose own queue is not among these; null: they stay dead letters.</param>
/// <param name="open">Opens a sender; disposed with this.</param>
internal sealed class ReplayDestinations(IReadOnlyList<QueueEndpoint> queues, QueueEndpoint? other, Func<QueueEndpoint, IQueueSender> open)
    : IAsyncDisposable
{
    private readonly ConcurrentDictionary<QueueEndpoint, Lazy<IQueueSender>> _senders = new();

    /// <summary>The queue for a dead letter, or null and why there is none.</summary>
    public QueueEndpoint? Find(string? source, out string? problem)
    {
        var found = queues.Append(other).FirstOrDefault(queue => queue is not null && IsSame(queue.Url, source)) ?? other;
        problem = found is not null ? null
            : source is null ? "no header x-dead-source says which queue it came from: give one with --queue"
            : $"its queue {source} is not configured: set Bridge__Queues__N__Url to it, or give a queue with --queue";
        return found;
    }

    /// <summary>A sender for the queue, the same for every call.</summary>
    public IQueueSender Open(QueueEndpoint queue) => _senders.GetOrAdd(queue, static (key, create) => new(() => create(key)), open).Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders.Values)
            await sender.Value.DisposeAsync();
    }

    private static bool IsSame(Uri url, string? source) => Uri.TryCreate(source, UriKind.Absolute, out var other) && other == url;
}
