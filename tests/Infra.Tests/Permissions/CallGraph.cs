using System.Reflection;
using System.Runtime.CompilerServices;

namespace Infra.Tests.Permissions;

/// <summary>Which methods of an assembly can run when some of them are called: delegates and what awaits included.</summary>
internal static class CallGraph
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>All methods and constructors of an assembly.</summary>
    public static IEnumerable<MethodBase> MethodsOf(Assembly assembly) => assembly.GetTypes()
        .SelectMany(type => type.GetMethods(Everything).Concat<MethodBase>(type.GetConstructors(Everything)));

    /// <summary>The methods themselves and all that they lead to.</summary>
    public static IReadOnlySet<MethodBase> From(IEnumerable<MethodBase> starts, Assembly assembly)
    {
        var seen = new HashSet<MethodBase>();
        var waiting = new Queue<MethodBase>(starts);
        while (waiting.TryDequeue(out var method))
        {
            if (method.Module.Assembly != assembly || !seen.Add(method))
                continue;
            foreach (var next in Next(method, assembly))
                waiting.Enqueue(next);
        }

        return seen;
    }

    private static IEnumerable<MethodBase> Next(MethodBase method, Assembly assembly)
    {
        var next = Instructions.Of(method).Methods.AsEnumerable();
        // The body of what awaits or yields lies in a type that the compiler made.
        if (method.GetCustomAttribute<StateMachineAttribute>() is { } machine)
            next = next.Concat(machine.StateMachineType.GetMethods(Everything));
        return method.DeclaringType is { IsInterface: true } contract
            ? next.Concat(Implementations(contract, method, assembly))
            : next;
    }

    private static IEnumerable<MethodBase> Implementations(Type contract, MethodBase method, Assembly assembly) =>
        assembly.GetTypes()
        .Where(type => type.IsClass && contract.IsAssignableFrom(type))
        .Select(type => type.GetInterfaceMap(contract))
        .SelectMany(map => map.InterfaceMethods.Zip(map.TargetMethods))
        .Where(pair => pair.First == method)
        .Select(pair => pair.Second);
}
