using Harness.Components;

namespace Harness.Faults.Scenarios;

/// <summary>
/// Both queue services answer a share of the bridges' calls with 500, 503 or throttling, then freeze for a while. They are not
/// killed: the emulators keep their queues in memory, so that a restart would lose what they had accepted.
/// </summary>
internal sealed class QueueTrouble() : FaultScenario("queue-errors", "queue service answers 500/503/throttled, then freezes")
{
    private const double Share = 0.2;

    protected override IReach Reach(FaultComponents components, int seed) => new Services(
        new QueueProxy(components.Azurite.QueueUrl(""), isAzure: true, seed),
        new QueueProxy(components.Fauxqs.Endpoint, isAzure: false, seed + 1));

    protected override async Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken)
    {
        var services = (Services)reach!;
        await run.UntilArrivedAsync(run.Moments(strikes: 3)[0], cancellationToken);
        services.Share(Share);
        await run.UntilArrivedAsync(0.4, cancellationToken);
        if (services.Troubles == 0)
            throw new FaultException("no call got trouble: the bridges do not use the proxies");
        await FreezeAsync(run, cancellationToken);
        await run.UntilArrivedAsync(0.8, cancellationToken);
        services.Share(0);
    }

    private static async Task FreezeAsync(FaultRun run, CancellationToken cancellationToken)
    {
        run.Components.Azurite.Freeze();
        run.Components.Fauxqs.Freeze();
        try
        {
            await run.HoldAsync(cancellationToken);
        }
        finally
        {
            run.Components.Azurite.Thaw();
            run.Components.Fauxqs.Thaw();
        }

        await run.UntilRecoveredAsync(cancellationToken);
    }

    private sealed record Services(QueueProxy Azure, QueueProxy Sqs) : IReach
    {
        public int Troubles => Azure.Troubles + Sqs.Troubles;

        public void Share(double share) => (Azure.Share, Sqs.Share) = (share, share);

        public (Uri Broker, BridgeQueue[] Queues) Through(Uri broker, BridgeQueue[] queues) =>
            (broker, [.. queues.Select(queue => queue.Through(queue.Kind is "azure" ? Azure.Port : Sqs.Port))]);

        public async ValueTask DisposeAsync()
        {
            await Azure.DisposeAsync();
            await Sqs.DisposeAsync();
        }
    }
}
