using System.Text;
using Telemetry.Wire;

namespace Fuzz;

/// <summary>
/// What came of an input: the outcomes that are counted, and its traits: what was said of it with numbers and names left out, so
/// that two inputs that took the same way through the code look alike.
/// </summary>
internal sealed class Observation
{
    // Of an input with many events the first ones say enough.
    private const int MostTraits = 16;

    private readonly List<string> _traits = [];
    private readonly StringBuilder _trait = new();

    /// <summary>Every outcome that the input had.</summary>
    internal Outcomes Outcomes { get; private set; }

    /// <summary>The traits so far, each once.</summary>
    internal IReadOnlyList<string> Traits => _traits;

    internal void Reset()
    {
        Outcomes = Outcomes.None;
        _traits.Clear();
    }

    /// <summary>Something was accepted.</summary>
    internal void Accept(string form)
    {
        Outcomes |= Outcomes.Accepted;
        Add($"accepted {form}");
    }

    /// <summary>Something was refused.</summary>
    internal void Refuse(Refusal refusal)
    {
        Outcomes |= OutcomesOf(refusal.Reason);
        if (_traits.Count < MostTraits)
            Add($"{refusal.Code}: {WithoutValues(refusal.Detail)}");
    }

    /// <summary>Something that is neither.</summary>
    internal void Note(Outcomes outcome)
    {
        Outcomes |= outcome;
        Add(outcome.ToString());
    }

    /// <summary>A number's order of magnitude, in steps of 16.</summary>
    internal static int Magnitude(int number) => (System.Numerics.BitOperations.Log2((uint)number | 1) + 3) / 4;

    private static Outcomes OutcomesOf(RefusalReason reason) => reason switch
    {
        RefusalReason.Malformed => Outcomes.Malformed,
        RefusalReason.Unsupported => Outcomes.Unsupported,
        RefusalReason.Undecryptable => Outcomes.Undecryptable,
        RefusalReason.TooLarge => Outcomes.TooLarge,
        RefusalReason.Conflict => Outcomes.Conflict,
        RefusalReason.Incomplete => Outcomes.Incomplete,
        _ => throw new FuzzRuleException($"{reason} is no reason of the codec"),
    };

    private void Add(string trait)
    {
        if (_traits.Count < MostTraits && !_traits.Contains(trait, StringComparer.Ordinal))
            _traits.Add(trait);
    }

    // Names stand in quotes, and may hold quotes themselves.
    private string WithoutValues(string detail)
    {
        _trait.Clear();
        int first = detail.IndexOf('\'', StringComparison.Ordinal), last = detail.LastIndexOf('\'');
        var hexadecimal = false;
        for (var i = 0; i < detail.Length; i++)
        {
            var c = detail[i];
            hexadecimal = (c == 'x' && i > 0 && detail[i - 1] == '0') || (hexadecimal && char.IsAsciiHexDigit(c));
            if ((i < first || i > last) && !hexadecimal && !char.IsAsciiDigit(c))
                _trait.Append(c);
        }

        return _trait.ToString();
    }
}
