using System.Runtime.InteropServices;

namespace Bridge.Core.Sources;

/// <summary>Settles a delivery in its source.</summary>
internal interface ISettlement
{
    /// <summary>
    /// Called exactly once. Deletes or releases a queue message, moves a position, or answers a request. It logs its failures and
    /// does not throw, since the source delivers again what is not settled.
    /// </summary>
    /// <param name="outcome">The outcome of the delivery.</param>
    ValueTask SettleAsync(Outcome outcome);
}

/// <summary>A settlement that a caller awaits.</summary>
internal sealed class AwaitedSettlement : ISettlement
{
    private readonly TaskCompletionSource<Outcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Offers a delivery and waits for its outcome.</summary>
    /// <param name="sink">Receives the delivery.</param>
    /// <param name="delivery">Creates the delivery with the given settlement.</param>
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

/// <summary>The outcome of a delivery.</summary>
/// <param name="Kind">The kind of outcome.</param>
/// <param name="Delay">Only for a retry: the time before the next delivery.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Outcome(OutcomeKind Kind, TimeSpan Delay = default)
{
    /// <summary>
    /// The broker has confirmed every event, in the exchange or as a dead letter, now or in an earlier delivery.
    /// </summary>
    public static Outcome Published { get; } = new(OutcomeKind.Published);

    /// <summary>The broker has confirmed the whole delivery as a dead letter.</summary>
    public static Outcome DeadLettered { get; } = new(OutcomeKind.DeadLettered);

    /// <summary>At least one event may not be confirmed, so the source delivers again after the delay.</summary>
    public static Outcome Retry(TimeSpan delay) => new(OutcomeKind.Retry, delay);
}

/// <summary>The kinds of outcome.</summary>
internal enum OutcomeKind
{
    Published,
    DeadLettered,
    Retry,
}
