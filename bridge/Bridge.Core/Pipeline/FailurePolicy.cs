using Bridge.Core.Publishing;
using Bridge.Core.Sources;
using Microsoft.Extensions.Logging;
using Telemetry.Governance;
using Telemetry.Wire;

namespace Bridge.Core.Pipeline;

/// <summary>
/// Decides the outcome of a delivery whose processing failed. The source delivers it again after a growing delay. A message that
/// fails too often while the broker accepts other messages is dead-lettered.
/// </summary>
/// <param name="router">Dead-letters messages.</param>
/// <param name="publisher">Tells whether the broker accepts messages.</param>
/// <param name="maxDeliveries">Number of the first delivery whose failure makes the message a dead letter.</param>
/// <param name="log">Receives one line for each failure.</param>
/// <param name="random">Adds jitter to the delays.</param>
internal sealed partial class FailurePolicy(
    DeliveryRouter router, IPublisher publisher, int maxDeliveries, ILogger<FailurePolicy> log, Random random)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(60);

    /// <summary>Decides the outcome. Never throws.</summary>
    public async Task<Outcome> DecideAsync(Delivery delivery, Exception failure)
    {
        var delay = DelayAfter(delivery.Origin.Attempt);
        Log(delivery.Origin, failure, delay);
        return await TryGiveUpAsync(delivery, failure) ? Outcome.DeadLettered : Outcome.Retry(delay);
    }

    // The source counts the attempts of all replicas, so the delay doubles with each of them.
    private TimeSpan DelayAfter(long attempt)
    {
        var seconds = Math.Min(LongestDelay.TotalSeconds, Math.Pow(2, Math.Min(attempt, 10)));
        return TimeSpan.FromSeconds(Math.Ceiling(seconds * (0.5 + (0.5 * random.NextDouble()))));
    }

    // A message that waits for room in the broker has not caused the failure, so it is never given up.
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
            // The broker did not accept the dead letter either, so the message may not be the cause of the failures.
            if (e is not (PublishException or OperationCanceledException))
                GivingUpFailed(log, delivery.Origin.Id, FailureText.WithCalls(e));
            return false;
        }
    }

    private void Log(DeliveryOrigin origin, Exception failure, TimeSpan delay)
    {
        if (failure is PublishException unpublished)
            Abandoned(log, origin.Id, origin.Source, delay, unpublished.Message);
        else
            FailedUnexpectedly(log, origin.Id, origin.Source, delay, FailureText.WithCalls(failure));
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Message {MessageId} of {Source} could not be published and is tried again in {Delay}: {Reason}")]
    private static partial void Abandoned(
        ILogger logger, string messageId, SourceName source, TimeSpan delay, string reason);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Message {MessageId} of {Source} failed unexpectedly and is tried again in {Delay}: {Failure}")]
    private static partial void FailedUnexpectedly(
        ILogger logger, string messageId, SourceName source, TimeSpan delay, string failure);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Message {MessageId} could not be dead-lettered, for an unexpected reason: {Failure}")]
    private static partial void GivingUpFailed(ILogger logger, string messageId, string failure);
}
