using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Microsoft.Extensions.Logging;

namespace Bridge.Core.DeadLetters;

/// <summary>Publishes dead letters to the dead-letter queue, with confirms.</summary>
internal sealed class DeadLetterPublisher(
    IPublisher publisher,
    StuckMessages stuck,
    PipelineMetrics metrics,
    ILogger<DeadLetterPublisher> log,
    TimeProvider clock) : IDeadLetters
{
    private readonly DeadLetterLog _log = new(log, clock);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UnacceptedLetter>> TryAsync(
        IReadOnlyList<DeadMessage> dead, CancellationToken cancellationToken)
    {
        if (dead.Count == 0)
            return [];
        var publication = new DeadPublication(dead, publisher.MessageBytes, clock.GetUtcNow());
        var left = (await publisher.PublishAsync(publication, cancellationToken))
            .GroupBy(
                refusal => publication.LetterOf(refusal.Index),
                (letter, refusals) => new UnacceptedLetter(letter, dead[letter], Reason(refusals.First())))
            .ToList();
        Record([.. dead.Where((_, index) => !left.Exists(letter => letter.Index == index))]);
        return left;
    }

    /// <inheritdoc/>
    public Task WaitAsync(
        IReadOnlyList<UnacceptedLetter> left, long heldBytes, CancellationToken cancellationToken) => left.Count == 0
        ? Task.CompletedTask
        : stuck.WaitAsync(
            left[0].Reason,
            heldBytes + left.Sum(letter => (long)letter.Message.Body.Length),
            async () =>
            {
                left = await TryAsync([.. left.Select(letter => letter.Message)], cancellationToken);
                return left.Count == 0 ? null : left[0].Reason;
            },
            cancellationToken);

    private static string Reason(PublishRefusal refusal) => refusal.Reason switch
    {
        PublishRefusalReason.Nacked =>
            $"{BridgeQueues.Dead} takes no dead letter ({refusal.Detail}): it is full (max-length, x-overflow=reject-publish)"
                + " or has no leader; make room",
        PublishRefusalReason.Unroutable => $"{BridgeQueues.Dead} is missing ({refusal.Detail}): make it again",
        _ => $"{BridgeQueues.Dead} takes no dead letter, not even in parts ({refusal.Detail}): raise the broker's limit"
            + " (max_message_size, frame_max)",
    };

    private void Record(List<DeadMessage> kept)
    {
        foreach (var reason in kept.GroupBy(message => message.Refusal.Reason))
            metrics.CountDeadLettered(reason.Key, reason.Count());
        _log.Write(kept);
    }
}
