using Bridge.Core.Publishing;
using Bridge.Core.Running;
using Bridge.Core.Sources;
using Microsoft.Extensions.Logging;

namespace Bridge.Core.Pipeline;

/// <summary>
/// Receives deliveries of every source, routes and publishes each, and settles it with the outcome. After a failure,
/// <see cref="FailurePolicy"/> decides the outcome.
/// </summary>
/// <param name="router">Routes and publishes.</param>
/// <param name="failures">Decides the outcome after a failure.</param>
/// <param name="publisher">Tells when events can be published.</param>
/// <param name="room">Memory for the payloads of all sources.</param>
/// <param name="log">Receives the failures of settlements.</param>
internal sealed class EventPipeline(
    DeliveryRouter router, FailurePolicy failures, IPublisher publisher, ByteBudget room, ILogger<EventPipeline> log) : ISink
{
    private readonly TaskGroup _inWork = new(log);

    /// <inheritdoc/>
    public async ValueTask<ByteBudget.Reservation> ReserveAsync(long bytes, CancellationToken stop)
    {
        await publisher.WaitUntilReadyAsync(stop);
        return await room.ReserveAsync(bytes, stop);
    }

    /// <inheritdoc/>
    public async ValueTask OfferAsync(Delivery delivery, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var held = delivery.Room ?? await ReserveAsync(delivery.Payload.Length, stop);
        _inWork.Run(() => WorkAsync(delivery, held), held.Dispose);
    }

    // The memory is released before the settlement, since the source may take long to answer.
    private async Task WorkAsync(Delivery delivery, ByteBudget.Reservation held)
    {
        var outcome = await RouteAsync(delivery);
        held.Dispose();
        await delivery.Settlement.SettleAsync(outcome);
    }

    private async Task<Outcome> RouteAsync(Delivery delivery)
    {
        using var span = BridgeTracing.StartProcess(delivery.Origin);
        try
        {
            return await router.RouteAsync(delivery, delivery.Withdrawn);
        }
        catch (OperationCanceledException) when (delivery.Withdrawn.IsCancellationRequested)
        {
            return Outcome.Retry(TimeSpan.Zero);
        }
        catch (Exception failure)
        {
            return await failures.DecideAsync(delivery, failure);
        }
    }
}
