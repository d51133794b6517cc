using Bridge.Core.Running;

namespace Bridge.Core.Sources;

/// <summary>
/// Runs a source as a stage. When a stop takes too long, it withdraws the source's deliveries, which are then settled as retries.
/// </summary>
internal sealed class SourceStage(ISource source, ISink sink) : DrainingService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        source.RunAsync(new WithdrawingSink(sink, Abort), stoppingToken);

    private sealed class WithdrawingSink(ISink sink, CancellationToken abort) : ISink
    {
        public ValueTask<ByteBudget.Reservation> ReserveAsync(long bytes, CancellationToken stop) =>
            sink.ReserveAsync(bytes, stop);

        public ValueTask OfferAsync(Delivery delivery, CancellationToken stop) =>
            sink.OfferAsync(delivery with { Withdrawn = abort }, stop);
    }
}
