namespace Harness.Faults;

/// <summary>How much a scenario sends and how long its fault lasts.</summary>
/// <param name="Events">Numbered events, over all queues.</param>
/// <param name="Hold">How long a fault that lasts, lasts.</param>
/// <param name="Repeats">How often a fault that strikes, strikes.</param>
/// <param name="ConfirmTimeout">The bridges' <c>Bridge:RabbitMq:ConfirmTimeout</c>.</param>
/// <param name="Lease">The bridges' <c>Bridge:Receive:Lease</c>.</param>
internal sealed record FaultScale(int Events, TimeSpan Hold, int Repeats, TimeSpan ConfirmTimeout, TimeSpan Lease)
{
    /// <summary>The bridges' <c>Bridge:Assemble:Timeout</c>.</summary>
    public TimeSpan AssembleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Batches of a flood that stay incomplete at first.</summary>
    public int IncompleteBatches { get; init; }

    /// <summary>
    /// The suite of its own command: the bridges' own time-outs but for the lease, which is shorter to end sooner.
    /// </summary>
    public static FaultScale Long { get; } =
        new(20_000, TimeSpan.FromSeconds(60), 3, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30))
        {
            IncompleteBatches = 10_000,
        };

    /// <summary>For the default tests: a few seconds of fault each.</summary>
    public static FaultScale Short { get; } =
        new(3_000, TimeSpan.FromSeconds(4), 1, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10)) { IncompleteBatches = 200 };
}
