namespace Simulation.World;

/// <summary>A rule that the bridge promises to keep does not hold.</summary>
internal sealed class BrokenRuleException(string rule) : Exception(rule);
