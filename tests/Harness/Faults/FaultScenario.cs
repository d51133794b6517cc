using Harness.Components;

namespace Harness.Faults;

/// <summary>A fault in mid-flow, and what must hold after it.</summary>
/// <param name="name">What the command line calls it.</param>
/// <param name="fault">What the table calls it.</param>
internal abstract class FaultScenario(string name, string fault)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(12);

    public string Name => name;

    public string Fault => fault;

    /// <summary>Bridges that run when the fault comes.</summary>
    protected virtual int Bridges => 2;

    /// <summary>Sends, applies the fault and closes the ledger, within twelve minutes.</summary>
    /// <exception cref="FaultException">A promise does not hold.</exception>
    public virtual async Task<FaultResult> RunAsync(
        FaultComponents components, FaultScale scale, int seed, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        await using var reach = Reach(components, seed);
        await using var run = await FaultRun.LayAsync(
            components, Scale(scale), seed, reach is null ? null : reach.Through, limit.Token);
        await run.Bridges.StartAsync(Bridges, limit.Token);
        Prepare(run);
        var sending = Task.WhenAll(
            run.Feeds.Select(feed => feed.SendAsync(scale.Events / run.Feeds.Count, run.Flow, limit.Token)));
        await ApplyAsync(run, reach, limit.Token);
        run.Flow.Allow(1);
        await sending;
        await EndAsync(run, limit.Token);
        return await run.CloseAsync(this, limit.Token);
    }

    /// <summary>A scale adapted to this fault.</summary>
    protected virtual FaultScale Scale(FaultScale scale) => scale;

    /// <summary>What lies between the bridges and what they reach; null for nothing.</summary>
    protected virtual IReach? Reach(FaultComponents components, int seed) => null;

    /// <summary>What is done before anything is sent.</summary>
    protected virtual void Prepare(FaultRun run)
    {
    }

    /// <summary>Does harm while events flow, and heals it.</summary>
    protected abstract Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken);

    /// <summary>What else is done once all is sent.</summary>
    protected virtual Task EndAsync(FaultRun run, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>A proxy, or several, that bridges go through.</summary>
internal interface IReach : IAsyncDisposable
{
    /// <summary>The addresses that bridges use instead of the real ones.</summary>
    (Uri Broker, BridgeQueue[] Queues) Through(Uri broker, BridgeQueue[] queues);
}
