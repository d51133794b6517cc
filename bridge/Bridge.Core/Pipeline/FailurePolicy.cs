using Bridge.Core.Publishing;
using Bridge.Core.Sources;
using Microsoft.Extensions.Logging;
using Telemetry.Governance;
using Telemetry.Wire;

namespace Bridge.Core.Pipeline;

/// <summary>
/// Decides what follows when the work on a delivery has failed: it comes again, later each time, and is dead-lettered when it fails
/// again and again while the broker takes others.
/// </summary>
/// <param name="router">Dead-letters.</param>
/// <param name="publisher">Tells whether the broker takes others.</param>
/// <param name="maxDeliveries">Deliveries after which a message that fails once more is dead-lettered.</param>
/// <param name="log">Every failure, in one line.</param>
/// <param name="random">Spreads the attempts.</param>
internal sealed partial class FailurePolicy(
    DeliveryRouter router, IPublisher publisher, int maxDeliveries, ILogger<FailurePolicy> log, Random random)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(60);

    /// <summary>Decides; never throws.</summary>
    public async Task<Outcome> DecideAsync(Delivery delivery, Exception failure)
    {
        var delay = DelayAfter(delivery.Origin.Attempt);
        Tell(delivery.Origin, failure, delay);
        return await TryGiveUpAsync(delivery, failure) ? Outcome.DeadLettered : Outcome.Retry(delay);
    }

    // Doubles with every attempt, whichever replica made it.
    private TimeSpan DelayAfter(long attempt)
    {
        var seconds = Math.Min(LongestDelay.TotalSeconds, Math.Pow(2, Math.Min(attempt, 10)));
        return TimeSpan.FromSeconds(Math.Ceiling(seconds * (0.5 + (0.5 * random.NextDouble()))));
    }

    // A message that waits for room in the broker is not the cause, however often it comes.
    private async Task<bool> TryGiveUpAsync(Delivery delivery, Exception failure)
    {
        if (delivery.Payload is not Payload.Message message
            || failure is NoRoomException
            || delivery.Origin.Attempt < maxDeliveries
            || !publisher.IsReady)
        {
            return false;
        }

        var refusal = new Refusal(
            RefusalReason.Failed, $"failed after {delivery.Origin.Attempt} deliveries; the bridge's log tells how");
        try
        {
            await router.DeadLetterAsync(delivery.Origin, message.Text, refusal, delivery.Withdrawn);
            return true;
        }
        catch (Exception e)
        {
            // The broker has not taken it: it was the broker's trouble after all.
            if (e is not (PublishException or OperationCanceledException))
                GivingUpFailed(log, delivery.Origin.Id, FailureText.WithCalls(e));
            return false;
        }
    }

    private void Tell(DeliveryOrigin origin, Exception failure, TimeSpan delay)
    {
        if (failure is PublishException unpublished)
            Abandoned(log, origin.Id, origin.Source, delay, unpublished.Message);
        else
            FailedUnexpectedly(log, origin.Id, origin.Source, delay, FailureText.WithCalls(failure));
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Message {MessageId} of {Source} could not be published and is tried again in {Delay}: {Reason}")]
    private static partial void Abandoned(ILogger logger, string messageId, SourceName source, TimeSpan delay, string reason);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "Message {MessageId} of {Source} failed unexpectedly and is tried again in {Delay}: {Failure}")]
    private static partial void FailedUnexpectedly(ILogger logger, string messageId, SourceName source, TimeSpan delay, string failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {MessageId} could not be dead-lettered, for an unexpected reason: {Failure}")]
    private static partial void GivingUpFailed(ILogger logger, string messageId, string failure);
}
