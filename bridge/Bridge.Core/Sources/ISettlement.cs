using System.Runtime.InteropServices;

namespace Bridge.Core.Sources;

/// <summary>Tells a source what became of a delivery.</summary>
internal interface ISettlement
{
    /// <summary>
    /// Called exactly once: deletes a queue message or gives it back, moves a position, answers a request. It logs what fails and does
    /// not throw: what is not settled comes again.
    /// </summary>
    /// <param name="outcome">What became of the delivery.</param>
    ValueTask SettleAsync(Outcome outcome);
}

/// <summary>A settlement that a caller awaits.</summary>
internal sealed class AwaitedSettlement : ISettlement
{
    private readonly TaskCompletionSource<Outcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Offers a delivery and waits for its outcome.</summary>
    /// <param name="sink">Takes it.</param>
    /// <param name="delivery">Makes the delivery for its settlement.</param>
    /// <exception cref="OperationCanceledException">The delivery was withdrawn before the sink took it.</exception>
    public static async Task<Outcome> DeliverAsync(ISink sink, Func<ISettlement, Delivery> delivery)
    {
        var settlement = new AwaitedSettlement();
        var offered = delivery(settlement);
        await sink.OfferAsync(offered, offered.Withdrawn);
        return await settlement._outcome.Task;
    }

    /// <inheritdoc/>
    public ValueTask SettleAsync(Outcome outcome)
    {
        _outcome.SetResult(outcome);
        return ValueTask.CompletedTask;
    }
}

/// <summary>What became of a delivery.</summary>
/// <param name="Kind">Settled, or to be repeated.</param>
/// <param name="Delay">Of a retry: how long to wait before it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Outcome(OutcomeKind Kind, TimeSpan Delay = default)
{
    /// <summary>Every event is confirmed by the broker, in the exchange or as a dead letter, or was confirmed before.</summary>
    public static Outcome Published { get; } = new(OutcomeKind.Published);

    /// <summary>The delivery as a whole is confirmed in the dead-letter queue.</summary>
    public static Outcome DeadLettered { get; } = new(OutcomeKind.DeadLettered);

    /// <summary>Nothing is certain: the source delivers it again after a delay.</summary>
    public static Outcome Retry(TimeSpan delay) => new(OutcomeKind.Retry, delay);
}

/// <summary>The kinds of outcome.</summary>
internal enum OutcomeKind
{
    Published,
    DeadLettered,
    Retry,
}
