using System.Reflection;

namespace Infra.Tests.Layout;

/// <summary>The compiled bridge: the program, and the projects of bridge/ that it refers to.</summary>
internal static class BridgeAssemblies
{
    private static readonly Assembly Program = Assembly.Load("bridge");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Assembly> All { get; } =
    [
        Program,
        .. Program.GetReferencedAssemblies().Where(name => name.Name!.StartsWith("Bridge.", StringComparison.Ordinal))
            .Select(Assembly.Load),
    ];
}
