using Bridge.Diagnostics;
using Bridge.Publish;
using Microsoft.Extensions.Logging;

namespace Bridge.DeadLetter;

/// <summary>Puts what cannot be published into the dead-letter queue, with confirms like everything else.</summary>
internal sealed class DeadLetterPublisher(IPublisher publisher, BridgeMetrics metrics, ILogger<DeadLetterPublisher> log, TimeProvider clock)
    : IDeadLetters
{
    private readonly DeadLetterLog _log = new(log, clock);

    /// <inheritdoc/>
    public async Task PublishAsync(IReadOnlyList<DeadMessage> dead, CancellationToken cancellationToken)
    {
        var refusals = await publisher.PublishAsync(new DeadPublication(dead, clock.GetUtcNow()), cancellationToken);
        if (refusals is [var first, ..])
        {
            throw new PublishException(
                $"the broker refused {refusals.Count} of {dead.Count} dead letters ({first.Detail}):"
                    + $" the queue {Topology.DeadQueue} must exist and have room; they stay where they came from");
        }

        foreach (var reason in dead.GroupBy(message => message.Refusal.Reason))
            metrics.CountDeadLettered(reason.Key, reason.Count());
        _log.Write(dead);
    }

    private sealed class DeadPublication(IReadOnlyList<DeadMessage> messages, DateTimeOffset now) : IPublication
    {
        public int Count => messages.Count;

        public OutgoingMessage this[int index] => messages[index].ToMessage(now);
    }
}
