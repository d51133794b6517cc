using Fuzz.Targets;

namespace Fuzz.Runs;

/// <summary>
/// Many inputs for one target, the same ones for the same seed: seeds first, then what the target makes of the pool, which takes
/// in every input with a trait that is new.
/// </summary>
internal sealed class Campaign(IFuzzTarget target, int seed, TimeProvider clock)
{
    // After that many the cause is clear, and the same one would be found over and over.
    private const int MostFailures = 10;

    // Reducing runs an input hundreds of times.
    private static readonly TimeSpan QuickEnough = TimeSpan.FromMilliseconds(50);

    private readonly InputRunner _runner = new(target, clock);
    private readonly Dictionary<string, FuzzInput> _traits = new(StringComparer.Ordinal);
    private readonly HashSet<Outcomes> _combinations = [];
    private readonly List<Failure> _failures = [];
    private FuzzInput? _current;

    internal TargetReport Report { get; } = new(target.Name);

    internal IReadOnlyList<Failure> Failures => _failures;

    /// <summary>The smallest input seen of each trait.</summary>
    internal IReadOnlyDictionary<string, FuzzInput> Traits => _traits;

    /// <summary>The input that runs now, for a watcher on another thread.</summary>
    internal FuzzInput? Current => Volatile.Read(ref _current);

    /// <summary>Runs inputs until there were <paramref name="count"/>, or too many failed.</summary>
    /// <param name="count">How many.</param>
    /// <param name="failed">Is told of each failure as it is found.</param>
    internal void Run(long count, Action<Failure>? failed = null)
    {
        // Every target draws from a source of its own: what one does never changes what another gets.
        var random = new Random(HashOf(target.Name) ^ seed);
        List<FuzzInput> seeds = [.. target.Seeds];
        var pool = new InputPool(seeds);
        for (var i = 0L; i < count && _failures.Count < MostFailures; i++)
        {
            var input = i < seeds.Count ? seeds[(int)i] : target.Make(random, pool);
            Volatile.Write(ref _current, input);
            if (Take(input, failed))
                pool.Keep(input, random);
        }

        Volatile.Write(ref _current, null);
    }

    // Whether something of it was new.
    private bool Take(FuzzInput input, Action<Failure>? failed)
    {
        var verdict = _runner.Run(input);
        Report.Count(verdict);
        if (verdict.Problem is { } problem)
        {
            var smaller = verdict.Elapsed < QuickEnough ? new Reduction(_runner).Reduce(input, problem) : input;
            var failure = new Failure(target.Name, smaller, problem);
            _failures.Add(failure);
            Report.Failures++;
            failed?.Invoke(failure);
            return false;
        }

        // A combination that is new is worth a start as well, but says nothing that its traits do not say.
        var isNew = _combinations.Add(verdict.Outcomes);
        foreach (var trait in verdict.Traits)
            isNew |= Learn(trait, input);
        Report.Traits = _traits.Count;
        return isNew;
    }

    private bool Learn(string trait, FuzzInput input)
    {
        if (_traits.TryGetValue(trait, out var known) && known.Length <= input.Length)
            return false;
        _traits[trait] = input;
        return known is null;
    }

    private static int HashOf(string name) => name.Aggregate(17, (hash, c) => unchecked((hash * 31) + c));
}
