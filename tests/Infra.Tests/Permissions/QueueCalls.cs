using System.Reflection;
using Infra.Tests.Layout;
using Telemetry.Queues;

namespace Infra.Tests.Permissions;

/// <summary>
/// The permissions that the code needs of a cloud's queue: each request that can be made when a sender sends, or when the bridge
/// calls what it calls of a receiver, names its own.
/// </summary>
/// <param name="queue">The class for the queue.</param>
internal abstract class QueueCalls(Type queue)
{
    private protected Assembly Cloud => queue.Assembly;

    /// <summary>What sending needs.</summary>
    public IReadOnlyList<string> OfSenders() => PermissionsOf(Targets(typeof(IQueueSender)));

    /// <summary>What the bridge's receiving and checking need.</summary>
    public IReadOnlyList<string> OfBridge()
    {
        var called = BridgeAssemblies.All.SelectMany(CallGraph.MethodsOf).SelectMany(method => Instructions.Of(method).Methods)
            .ToHashSet();
        return PermissionsOf(Targets(typeof(IQueueReceiver)).Where(pair => called.Contains(pair.Contract)));
    }

    /// <summary>The methods that make requests.</summary>
    public IReadOnlyList<MethodBase> Requests() => [.. CallGraph.MethodsOf(Cloud).Where(IsRequest)];

    /// <summary>The permission that a request needs; several or none when the code has changed its shape.</summary>
    public abstract IReadOnlyList<string> PermissionsIn(MethodBase request);

    private protected abstract bool IsRequest(MethodBase method);

    private IReadOnlyList<string> PermissionsOf(IEnumerable<(MethodInfo Contract, MethodInfo Method)> starts) =>
    [
        .. CallGraph.From(starts.Select(pair => pair.Method), Cloud).Where(IsRequest).SelectMany(PermissionsIn)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

    private IEnumerable<(MethodInfo Contract, MethodInfo Method)> Targets(Type contract)
    {
        var map = queue.GetInterfaceMap(contract);
        return map.InterfaceMethods.Zip(map.TargetMethods);
    }
}
