namespace Bridge.Tools.Audit;

/// <summary>A set of mostly consecutive numbers. It stores ranges, at 8 bytes each.</summary>
internal sealed class IntervalSet
{
    // Ascending; no two ranges touch.
    private readonly List<SequenceRange> _ranges = [];

    /// <summary>The ranges, ascending; no two of them touch.</summary>
    public IReadOnlyList<SequenceRange> Ranges => _ranges;

    /// <summary>Number of numbers in the set.</summary>
    public long Count { get; private set; }

    /// <summary>True when the number is in the set.</summary>
    public bool Contains(uint number) => Find(number) is var at && at >= 0 && number <= _ranges[at].Last;

    /// <summary>True when adding the number would create a new range, which takes memory.</summary>
    public bool WouldGrow(uint number)
    {
        var at = Find(number);
        return !(at >= 0 && (number <= _ranges[at].Last || EndsBefore(at, number))) && !BeginsAfter(at + 1, number);
    }

    /// <summary>Adds a number.</summary>
    /// <returns>False when the set already contained it.</returns>
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

    /// <summary>Returns the numbers from first to last that no set contains, as ranges.</summary>
    public static IEnumerable<SequenceRange> Gaps(uint first, uint last, params IEnumerable<IntervalSet> sets)
    {
        // A long, since the number after uint.MaxValue must be representable.
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

    private bool BeginsAfter(int at, uint number) =>
        at < _ranges.Count && number < uint.MaxValue && _ranges[at].First == number + 1;

    // Index of the last range whose first number is not greater; -1 when there is none. The end is tried first, since most
    // numbers belong there.
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

/// <summary>Consecutive numbers.</summary>
/// <param name="First">The first number.</param>
/// <param name="Last">The last number; not less than the first.</param>
internal readonly record struct SequenceRange(uint First, uint Last)
{
    /// <summary>Number of numbers.</summary>
    public long Count => (long)Last - First + 1;

    /// <summary>The range for people: <c>7</c> or <c>9-12</c>.</summary>
    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}
