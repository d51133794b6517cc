namespace Fuzz.Runs;

/// <summary>An input for which a rule does not hold.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Input">The input, made smaller where that was quick.</param>
/// <param name="Problem">The rule.</param>
internal sealed record Failure(string Target, FuzzInput Input, string Problem);
