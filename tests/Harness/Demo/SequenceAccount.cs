namespace Harness.Demo;

/// <summary>
/// What the events' own numbers say was sent: a sender counts its batches from 0, and each batch its events from 0,
/// so that a gap is a loss. Reads them from <c>message_id</c>: <c>{sender}-{sequence}-{digest}-{ordinal}</c>.
/// </summary>
internal sealed class SequenceAccount
{
    // Sender, then sequence, to the ordinals seen.
    private readonly Dictionary<string, SortedDictionary<uint, HashSet<int>>> _senders = new(StringComparer.Ordinal);

    /// <summary>Events that must have been sent; at least one in a batch of which none arrived.</summary>
    public int Sent => _senders.Values.Sum(SentBy);

    /// <summary>Those of them that did not arrive.</summary>
    public int Missing => Sent - _senders.Values.Sum(batches => batches.Values.Sum(ordinals => ordinals.Count));

    /// <summary>Notes an event; false when its identity has another form.</summary>
    public bool Add(string messageId)
    {
        if (messageId.Split('-') is not [var sender, var sequenceText, _, var ordinalText]
            || !uint.TryParse(sequenceText, out var sequence)
            || !int.TryParse(ordinalText, out var ordinal))
        {
            return false;
        }

        if (!_senders.TryGetValue(sender, out var batches))
            _senders[sender] = batches = [];
        if (!batches.TryGetValue(sequence, out var ordinals))
            batches[sequence] = ordinals = [];
        ordinals.Add(ordinal);
        return true;
    }

    private static int SentBy(SortedDictionary<uint, HashSet<int>> batches)
    {
        var last = batches.Keys.Last();
        var absent = (int)(last + 1) - batches.Count;
        return absent + batches.Values.Sum(ordinals => ordinals.Max() + 1);
    }
}
