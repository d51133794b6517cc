namespace Bridge;

/// <summary>A configuration that cannot be used.</summary>
internal sealed class BridgeOptionsException(IReadOnlyList<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    /// <summary>Everything that is wrong, one line each.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
