using System.Numerics;

namespace Fuzz.Runs;

/// <summary>What a target's inputs came to.</summary>
internal sealed class TargetReport(string target)
{
    private readonly long[] _outcomes = new long[BitOperations.Log2((uint)Outcomes.Held) + 1];

    internal string Target { get; } = target;

    internal long Inputs { get; private set; }

    /// <summary>Different traits seen: a measure of how much of the code was reached.</summary>
    internal int Traits { get; set; }

    internal TimeSpan Longest { get; private set; }

    internal long MostAllocated { get; private set; }

    internal int Failures { get; set; }

    internal long this[Outcomes outcome] => _outcomes[BitOperations.Log2((uint)outcome)];

    internal void Count(RunVerdict verdict)
    {
        Inputs++;
        for (var bit = 0; bit < _outcomes.Length; bit++)
            _outcomes[bit] += ((int)verdict.Outcomes >> bit) & 1;
        Longest = verdict.Elapsed > Longest ? verdict.Elapsed : Longest;
        MostAllocated = Math.Max(MostAllocated, verdict.Allocated);
    }
}
