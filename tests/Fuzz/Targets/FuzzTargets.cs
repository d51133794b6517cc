namespace Fuzz.Targets;

/// <summary>All targets, in the order of the data.</summary>
internal static class FuzzTargets
{
    /// <summary>New ones, which remember nothing of an earlier run.</summary>
    internal static IReadOnlyList<IFuzzTarget> Create() =>
        [new TextTarget(), new HeaderTarget(), new AssemblerTarget(), new BatchTarget(), new LinesTarget(), new SendTarget()];

    /// <summary>A new target by its name.</summary>
    internal static IFuzzTarget? Find(string name) => Create().FirstOrDefault(target => target.Name == name);
}
