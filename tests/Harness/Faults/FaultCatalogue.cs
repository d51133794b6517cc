using Harness.Faults.Scenarios;

namespace Harness.Faults;

/// <summary>All scenarios, in the order of the table.</summary>
internal static class FaultCatalogue
{
    public static IReadOnlyList<FaultScenario> All =>
    [
        new BridgeKilled(),
        new AssemblerKilled(),
        new BrokerKilled(),
        new ClusterLeaderKilled(),
        new BrokerFrozen(),
        new ConnectionsClosed(),
        new MemoryAlarm(),
        new BridgeTerminated(),
        new Scaled(),
        new NetworkCut(),
        new QueueTrouble(),
        new QueueRestarted(),
        new IncompleteFlood(),
        new OwnQueuesDeleted(),
        new OversizedEvents(),
        new RejectingQueue(),
    ];

    /// <summary>The scenario of this name; null when there is none.</summary>
    public static FaultScenario? Find(string name) => All.FirstOrDefault(scenario => scenario.Name == name);
}
