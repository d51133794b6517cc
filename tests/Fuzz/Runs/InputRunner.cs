using Fuzz.Targets;

namespace Fuzz.Runs;

/// <summary>
/// Runs a target on single inputs and applies the rules that all targets share: no exception, no hang, bounded memory.
/// </summary>
internal sealed class InputRunner(IFuzzTarget target, TimeProvider clock)
{
    /// <summary>What one input may take.</summary>
    internal static readonly TimeSpan LongestInput = TimeSpan.FromSeconds(2);

    // A busy machine can stop a thread for seconds: slow is only what is slow every time, and the quickest attempt counts.
    private const int Attempts = 4;
    private static readonly TimeSpan Suspicious = TimeSpan.FromMilliseconds(20);

    private readonly Meter _meter = new(clock);
    private readonly Observation _seen = new();

    internal RunVerdict Run(FuzzInput input)
    {
        var verdict = RunOnce(input);
        for (var attempt = 1; attempt < Attempts && verdict.Problem is null && verdict.Elapsed > Suspicious; attempt++)
        {
            var again = RunOnce(input);
            verdict = again with
            {
                Elapsed = again.Elapsed < verdict.Elapsed ? again.Elapsed : verdict.Elapsed,
                Allocated = Math.Max(again.Allocated, verdict.Allocated),
            };
        }

        if (verdict.Problem is not null)
            return verdict;
        if (verdict.Elapsed > LongestInput)
            return verdict with { Problem = $"an input takes {verdict.Elapsed.TotalSeconds:0.0} s: the bound is {LongestInput}" };
        var bound = target.MemoryBound(input);
        return verdict.Allocated > bound
            ? verdict with { Problem = $"an input takes {verdict.Allocated} bytes of memory: the bound is {bound}" }
            : verdict;
    }

    private RunVerdict RunOnce(FuzzInput input)
    {
        _meter.Reset();
        _seen.Reset();
        string? problem = null;
        try
        {
            target.Run(input, _meter, _seen);
        }
        catch (FuzzRuleException e)
        {
            problem = e.Message;
        }
#pragma warning disable CA1031 // Whatever escapes is what the fuzzer looks for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            problem = $"{e.GetType().Name} escapes: {e}";
        }

        return new RunVerdict(_seen.Outcomes, [.. _seen.Traits], problem, _meter.Elapsed, _meter.Allocated);
    }
}
