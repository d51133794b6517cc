using System.Reflection;
using Telemetry.Queues;

namespace Infra.Tests.Permissions;

/// <summary>
/// The permissions that the code needs of a cloud's queue: each request that can be made when a sender sends, or when the bridge calls
/// what it calls of a receiver, names its own.
/// </summary>
internal abstract class QueueCalls(Type queue, string requestType)
{
    private static readonly Assembly Bridge = Assembly.Load("bridge");

    private protected Assembly Cloud => queue.Assembly;

    /// <summary>What sending needs.</summary>
    public IReadOnlyList<string> OfSenders() => PermissionsOf(Targets(typeof(IQueueSender)));

    /// <summary>What the bridge's receiving and checking need.</summary>
    public IReadOnlyList<string> OfBridge()
    {
        var called = CallGraph.MethodsOf(Bridge).SelectMany(method => Instructions.Of(method).Methods).ToHashSet();
        return PermissionsOf(Targets(typeof(IQueueReceiver)).Where(pair => called.Contains(pair.Contract)));
    }

    /// <summary>The methods that make requests.</summary>
    public IReadOnlyList<MethodBase> Requests() => [.. CallGraph.MethodsOf(Cloud).Where(IsRequest)];

    /// <summary>The permission that a request names; several or none when the code has changed its shape.</summary>
    public IReadOnlyList<string> PermissionsIn(MethodBase request) => [.. Instructions.Of(request).Texts.SelectMany(PermissionsIn)];

    private protected abstract IEnumerable<string> PermissionsIn(string text);

    // Its constructor of several parameters makes one; the other copies.
    private bool IsRequest(MethodBase method) => Instructions.Of(method).Methods.Any(called =>
        called is ConstructorInfo && called.DeclaringType == Cloud.GetType(requestType) && called.GetParameters().Length > 1);

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
