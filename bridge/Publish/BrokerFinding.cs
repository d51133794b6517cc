namespace Bridge.Publish;

/// <summary>What a check of the broker found.</summary>
/// <param name="Name">What was tried, such as <c>write to exchange telemetry</c>.</param>
/// <param name="Fault">Null when it works; else why not, and the remedy.</param>
internal sealed record BrokerFinding(string Name, BrokerFault? Fault)
{
    /// <summary>True when it works.</summary>
    public bool IsOk => Fault is null;

    /// <summary>For a check that passed: one line on what is still unwise, with the remedy; else null.</summary>
    public string? Warning { get; init; }
}
