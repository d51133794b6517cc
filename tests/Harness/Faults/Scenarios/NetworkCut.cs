using Harness.Components;

namespace Harness.Faults.Scenarios;

/// <summary>
/// The network between bridges and broker goes silent, then comes back; later it resets every connection for a while.
/// </summary>
internal sealed class NetworkCut() : FaultScenario("network-cut", "network to the broker cut silently, then reset")
{
    protected override IReach Reach(FaultComponents components, int seed) => new Cable(new TcpProxy(components.RabbitMq.Port));

    protected override async Task ApplyAsync(FaultRun run, IReach? reach, CancellationToken cancellationToken)
    {
        var moments = run.Moments(strikes: 2);
        var network = ((Cable)reach!).Proxy;
        await run.UntilArrivedAsync(moments[0], cancellationToken);
        network.Cut();
        await HoldAndHealAsync(run, network, cancellationToken);
        await run.UntilArrivedAsync(moments[1], cancellationToken);
        network.Reset();
        await HoldAndHealAsync(run, network, cancellationToken);
    }

    private static async Task HoldAndHealAsync(FaultRun run, TcpProxy network, CancellationToken cancellationToken)
    {
        await run.HoldAsync(cancellationToken);
        network.Heal();
        await run.UntilRecoveredAsync(cancellationToken);
    }

    private sealed record Cable(TcpProxy Proxy) : IReach
    {
        public (Uri Broker, BridgeQueue[] Queues) Through(Uri broker, BridgeQueue[] queues) =>
            (new UriBuilder(broker) { Port = Proxy.Port }.Uri, queues);

        public ValueTask DisposeAsync() => Proxy.DisposeAsync();
    }
}
