namespace Orders.Model;

/// <summary>The answer to a request that failed.</summary>
/// <param name="Error">What is wrong and where, in one sentence.</param>
public sealed record Problem(string Error);
