namespace Fuzz.Targets;

/// <summary>Seeds, and inputs that had a trait that none had before: what mutation starts from.</summary>
internal sealed class InputPool
{
    private const int Most = 1_024;

    private readonly List<FuzzInput> _inputs;
    private readonly int _seeds;

    internal InputPool(IEnumerable<FuzzInput> seeds)
    {
        _inputs = [.. seeds];
        _seeds = _inputs.Count;
    }

    internal FuzzInput Pick(Random random) => _inputs[random.Next(_inputs.Count)];

    /// <summary>Keeps an input; when full, in the place of another one that is no seed.</summary>
    internal void Keep(FuzzInput input, Random random)
    {
        if (_inputs.Count < Most)
            _inputs.Add(input);
        else
            _inputs[random.Next(_seeds, Most)] = input;
    }
}
