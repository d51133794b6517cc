namespace Harness.Faults.Scenarios;

/// <summary>
/// A queue of the company's is full and rejects what is published, until somebody makes room. Nothing becomes a dead letter, and
/// the other queue that is bound gets few copies.
/// </summary>
internal sealed class RejectingQueue() : FaultScenario("rejecting-queue", "a full `reject-publish` queue")
{
    private const string Full = "full";
    private const int Room = 50;

    // An event is published again while the bridge feels its way: once as one of the batch, and in steps that double. The one
    // event by which it tries whether there is room is published with each attempt.
    private const int MostDuplicatesAnEvent = 3;
    private const int AttemptsAReplica = 20;
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(14);

    // Longer than a queue takes to elect a leader: nobody may believe a nack for that.
    protected override FaultScale Scale(FaultScale scale) => scale with { Hold = scale.Hold < Least ? Least : scale.Hold };

    protected override async Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken)
    {
        await run.UntilArrivedAsync(run.Moments(strikes: 2)[0], cancellationToken, onTheWay: 0.5);
        var before = run.Ledger.Duplicates;
        await run.Tap.BindFullQueueAsync(Full, Room);
        await run.HoldAsync(cancellationToken);
        if (run.Ledger.MostArrivals > AttemptsAReplica * Bridges)
            throw new FaultException($"an event arrived {run.Ledger.MostArrivals} times while it was rejected: {run.Describe()}");

        await run.Tap.DeleteQueueAsync(Full);
        await run.UntilRecoveredAsync(cancellationToken, within: FaultRun.SlowRecovery);
        await run.UntilArrivedAsync(0.9, cancellationToken);
        if (run.Ledger.Duplicates - before is var copies && copies > run.Scale.Events * MostDuplicatesAnEvent)
            throw new FaultException($"{copies} copies: {run.Describe()}");
        if (await run.DeadLetters.CountAsync(cancellationToken) is > 0 and var dead)
            throw new FaultException($"{dead} dead letters although the broker had only no room: {run.Describe()}");
    }
}
