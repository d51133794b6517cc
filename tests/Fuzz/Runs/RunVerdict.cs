namespace Fuzz.Runs;

/// <summary>What became of one input.</summary>
/// <param name="Outcomes">What the code under test said.</param>
/// <param name="Traits">What was said of it, see <see cref="Observation"/>.</param>
/// <param name="Problem">The rule that does not hold, or null.</param>
/// <param name="Elapsed">Time that the code under test took.</param>
/// <param name="Allocated">Bytes that it allocated.</param>
internal sealed record RunVerdict(
    Outcomes Outcomes, IReadOnlyList<string> Traits, string? Problem, TimeSpan Elapsed, long Allocated);
