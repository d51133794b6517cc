namespace Bridge.Tools.Audit;

/// <summary>Events seen again. Duplicates are no loss: delivery is at least once.</summary>
internal sealed class DuplicateCounts
{
    /// <summary>With the body that they had before.</summary>
    public long Identical { get; private set; }

    /// <summary>Without a body to compare, or too long after the first.</summary>
    public long Uncompared { get; private set; }

    /// <summary>With the same <c>message_id</c> and another body: somebody changed an event.</summary>
    public long Altered { get; private set; }

    /// <summary>In the place of another event under another <c>message_id</c>: two senders share an identity, and loss may hide.</summary>
    public long Reused { get; private set; }

    /// <summary>All with a <c>message_id</c> seen before.</summary>
    public long Total => Identical + Uncompared + Altered;

    /// <summary>Counts an event whose <c>message_id</c> came again.</summary>
    public void Count(IdSighting sighting)
    {
        switch (sighting)
        {
            case IdSighting.Identical:
                Identical++;
                break;
            case IdSighting.Altered:
                Altered++;
                break;
            default:
                Uncompared++;
                break;
        }
    }

    /// <summary>Counts an event that claims the place of another.</summary>
    public void CountReused() => Reused++;

    /// <summary>Adds another's counts.</summary>
    public void Add(DuplicateCounts other)
    {
        Identical += other.Identical;
        Uncompared += other.Uncompared;
        Altered += other.Altered;
        Reused += other.Reused;
    }
}
