namespace Bridge.Tools.Audit;

/// <summary>
/// Bounds an audit's memory: each sender, each range of numbers and each incomplete batch takes a place of at most about 200
/// bytes. An event that needs a place when none is free is only counted.
/// </summary>
/// <param name="places">Number of places.</param>
internal sealed class AuditMemory(int places)
{
    private int _taken;

    /// <summary>Events that found no free place. With one or more of them the audit's result is not certain.</summary>
    public long NotFollowed { get; private set; }

    /// <summary>Takes places.</summary>
    /// <returns>False when too few are free; the event then counts as not followed.</returns>
    public bool TryTake(int count)
    {
        if (_taken + count > places)
        {
            NotFollowed++;
            return false;
        }

        _taken += count;
        return true;
    }

    /// <summary>Frees places.</summary>
    public void Return(int count) => _taken -= count;

    /// <summary>Adds a number to a set whose ranges take places.</summary>
    /// <returns>False when the number needs a new range and no place is free.</returns>
    public bool TryAdd(IntervalSet set, uint number)
    {
        if (set.WouldGrow(number) && !TryTake(1))
            return false;
        var before = set.Ranges.Count;
        set.Add(number);
        if (set.Ranges.Count < before)
            Return(1);
        return true;
    }
}
