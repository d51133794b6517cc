using Bridge.Diagnostics;
using Bridge.Publish;
using Microsoft.Extensions.Logging;

namespace Bridge.DeadLetter;

/// <summary>Puts what cannot be published into the dead-letter queue, with confirms like everything else.</summary>
internal sealed class DeadLetterPublisher(IPublisher publisher, BridgeMetrics metrics, ILogger<DeadLetterPublisher> log, TimeProvider clock)
    : IDeadLetters
{
    private readonly DeadLetterLog _log = new(log, clock);

    /// <summary>Publishes dead letters and completes when the broker has taken them all: only then may their source be deleted.</summary>
    /// <param name="messages">Their bodies stay unchanged until the task ends.</param>
    /// <param name="cancellationToken">Ends the wait; messages already written may still be published.</param>
    /// <exception cref="PublishException">At least one was not confirmed, or the dead-letter queue refused it; it must be kept and tried again.</exception>
    public async Task PublishAsync(IReadOnlyList<DeadMessage> messages, CancellationToken cancellationToken)
    {
        var refusals = await publisher.PublishAsync(new DeadPublication(messages, clock.GetUtcNow()), cancellationToken);
        if (refusals is [var first, ..])
        {
            throw new PublishException(
                $"the broker refused {refusals.Count} of {messages.Count} dead letters ({first.Detail}):"
                    + $" the queue {Topology.DeadQueue} must exist and have room; they stay where they came from");
        }

        foreach (var reason in messages.GroupBy(message => message.Refusal.Reason))
            metrics.CountDeadLettered(reason.Key, reason.Count());
        _log.Write(messages);
    }

    private sealed class DeadPublication(IReadOnlyList<DeadMessage> messages, DateTimeOffset now) : IPublication
    {
        public int Count => messages.Count;

        public OutgoingMessage this[int index] => messages[index].ToMessage(now);
    }
}
