namespace Bridge.Edge.Formats.Pickle;

/// <summary>A list, tuple or set of a pickle.</summary>
internal sealed class PickleList
{
    public List<object?> Items { get; } = [];
}

/// <summary>A dict of a pickle, in the order of its members; of equal names the last counts.</summary>
internal sealed class PickleDict
{
    public List<(object? Name, object? Value)> Members { get; } = [];
}

/// <summary>Stands for an object that a pickle would have made: nothing of the kind happens here.</summary>
/// <param name="Name">What the pickle calls its class or function.</param>
internal sealed record PickleObject(string Name)
{
    /// <summary>What events show in its place.</summary>
    public string Text => $"[object {Name}]";
}
