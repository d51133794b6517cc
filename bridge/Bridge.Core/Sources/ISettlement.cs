using System.Runtime.InteropServices;

namespace Bridge.Core.Sources;

/// <summary>Tells a source what became of a delivery.</summary>
internal interface ISettlement
{
    /// <summary>
    /// Called exactly once: deletes a queue message or gives it back, moves a position, answers a request. It does not throw for
    /// what its source can repair later, and logs it.
    /// </summary>
    /// <param name="outcome">What became of the delivery.</param>
    /// <param name="cancellationToken">Cancelled when the bridge must end.</param>
    ValueTask SettleAsync(Outcome outcome, CancellationToken cancellationToken);
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
