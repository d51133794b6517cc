namespace Bridge.Tools.Audit;

/// <summary>A set of numbers that mostly follow each other: its memory is that of its ranges, 8 bytes each.</summary>
internal sealed class IntervalSet
{
    // Sorted; between two ranges at least one number is missing.
    private readonly List<SequenceRange> _ranges = [];

    /// <summary>The ranges, ascending; no two of them touch.</summary>
    public IReadOnlyList<SequenceRange> Ranges => _ranges;

    /// <summary>How many numbers are in the set.</summary>
    public long Count { get; private set; }

    /// <summary>True when the number is in the set.</summary>
    public bool Contains(uint number) => Find(number) is var at && at >= 0 && number <= _ranges[at].Last;

    /// <summary>True when adding the number would make a range of its own, and so take memory.</summary>
    public bool WouldGrow(uint number)
    {
        var at = Find(number);
        return !(at >= 0 && (number <= _ranges[at].Last || EndsBefore(at, number))) && !BeginsAfter(at + 1, number);
    }

    /// <summary>Adds a number.</summary>
    /// <returns>False when it was in the set.</returns>
    public bool Add(uint number)
    {
        var at = Find(number);
        if (at >= 0 && number <= _ranges[at].Last)
            return false;

        var (joinsLeft, joinsRight) = (at >= 0 && EndsBefore(at, number), BeginsAfter(at + 1, number));
        if (joinsLeft && joinsRight)
        {
            _ranges[at] = _ranges[at] with { Last = _ranges[at + 1].Last };
            _ranges.RemoveAt(at + 1);
        }
        else if (joinsLeft)
        {
            _ranges[at] = _ranges[at] with { Last = number };
        }
        else if (joinsRight)
        {
            _ranges[at + 1] = _ranges[at + 1] with { First = number };
        }
        else
        {
            _ranges.Insert(at + 1, new SequenceRange(number, number));
        }

        Count++;
        return true;
    }

    /// <summary>Empties the set.</summary>
    public void Clear()
    {
        _ranges.Clear();
        Count = 0;
    }

    /// <summary>The numbers from first to last that are in none of the sets, as ranges.</summary>
    public static IEnumerable<SequenceRange> Gaps(uint first, uint last, params IEnumerable<IntervalSet> sets)
    {
        // One wider than the numbers: behind the last of them there is a next one.
        long next = first;
        foreach (var range in sets.SelectMany(set => set.Ranges).OrderBy(range => range.First))
        {
            if (range.First > last)
                break;
            if (range.First > next)
                yield return new SequenceRange((uint)next, range.First - 1);
            next = Math.Max(next, (long)range.Last + 1);
        }

        if (next <= last)
            yield return new SequenceRange((uint)next, last);
    }

    private bool EndsBefore(int at, uint number) => number > 0 && _ranges[at].Last == number - 1;

    private bool BeginsAfter(int at, uint number) => at < _ranges.Count && number < uint.MaxValue && _ranges[at].First == number + 1;

    // The last range that does not begin behind the number; -1 when there is none. Most numbers belong to the end.
    private int Find(uint number)
    {
        if (_ranges.Count == 0 || _ranges[^1].First <= number)
            return _ranges.Count - 1;
        var (low, high) = (-1, _ranges.Count - 1);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].First <= number)
                low = middle;
            else
                high = middle;
        }

        return low;
    }
}

/// <summary>Numbers that follow each other.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last of them; not below the first.</param>
internal readonly record struct SequenceRange(uint First, uint Last)
{
    /// <summary>How many numbers these are.</summary>
    public long Count => (long)Last - First + 1;

    /// <summary>As a person writes it: <c>7</c> or <c>9-12</c>.</summary>
    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}
