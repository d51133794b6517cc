namespace Bridge.Tools.Audit;

/// <summary>Counts events that arrived again. Delivery is at least once, so duplicates are no loss.</summary>
internal sealed class DuplicateCounts
{
    /// <summary>Same <c>message_id</c> and same body.</summary>
    public long Identical { get; private set; }

    /// <summary>Same <c>message_id</c>, but one of the bodies is not known.</summary>
    public long Uncompared { get; private set; }

    /// <summary>Same <c>message_id</c> and another body: somebody changed an event.</summary>
    public long Altered { get; private set; }

    /// <summary>
    /// Another <c>message_id</c> in the place of a known event. Two senders then share an identity, which may hide a loss.
    /// </summary>
    public long Reused { get; private set; }

    /// <summary>All whose <c>message_id</c> was known.</summary>
    public long Total => Identical + Uncompared + Altered;

    /// <summary>Counts an event whose <c>message_id</c> was known.</summary>
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
