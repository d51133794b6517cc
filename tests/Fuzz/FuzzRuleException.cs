namespace Fuzz;

/// <summary>A rule that the code under test must keep does not hold for an input.</summary>
internal sealed class FuzzRuleException(string message) : Exception(message)
{
    /// <summary>Throws unless a rule holds.</summary>
    internal static void Unless(bool holds, string rule)
    {
        if (!holds)
            throw new FuzzRuleException(rule);
    }
}
