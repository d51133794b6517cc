namespace Bridge.Tools.Audit;

/// <summary>
/// Bounds an audit's memory: each sender, each range of numbers and each batch under way takes a place, of about 200 bytes at
/// most. An event that needs one when none is left is not followed, and counted.
/// </summary>
/// <param name="places">How many there are.</param>
internal sealed class AuditRoom(int places)
{
    private int _taken;

    /// <summary>Events that were not followed: with one or more, nothing can be said for sure.</summary>
    public long NotFollowed { get; private set; }

    /// <summary>Takes places.</summary>
    /// <returns>False when they are not there; the event counts as not followed.</returns>
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

    /// <summary>Gives places back.</summary>
    public void Return(int count) => _taken -= count;

    /// <summary>Adds a number to a set whose ranges take places.</summary>
    /// <returns>False when there is none for the range that the number would need.</returns>
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
