using Bridge.RabbitMq.DeadLetters;
using Telemetry.Wire;

namespace Bridge.Tools.Audit;

/// <summary>
/// Keeps account of the events that reached the exchange, by sender. Everything published comes first, dead letters after it. Bounded in
/// memory; not safe for use by several threads at once.
/// </summary>
/// <param name="fromZero">The queue was bound before its senders began: their first batches are looked for too.</param>
/// <param name="places">As for <see cref="AuditRoom"/>.</param>
/// <param name="ids">How many identities are kept to find duplicates.</param>
internal sealed class EventAudit(bool fromZero = false, int places = 500_000, int ids = 500_000)
{
    private readonly Dictionary<SenderId, AuditedSender> _senders = [];
    private readonly AuditRoom _room = new(places);
    private readonly RecentIds _ids = new(ids);
    private readonly DeadLetterCounts _dead = new();
    private DuplicateCounts _plainDuplicates = new();
    private bool _hasEnded;
    private long _messages;
    private long _plain;
    private long _unreadable;
    private long _outside;

    /// <summary>True when something that must have been sent has not been seen.</summary>
    public bool HasMissing => _senders.Values.Any(sender => sender.HasMissing);

    /// <summary>What was seen so far is not judged: it tells where each sender is, and all behind that must come.</summary>
    public void BeginWindow()
    {
        foreach (var sender in _senders.Values)
            sender.BeginWindow();
        (_messages, _plain, _unreadable, _outside) = (0, 0, 0, 0);
        _plainDuplicates = new DuplicateCounts();
    }

    /// <summary>What comes from now on may fill gaps, and makes no new ones.</summary>
    public void EndWindow()
    {
        _hasEnded = true;
        foreach (var sender in _senders.Values)
            sender.EndWindow();
    }

    /// <summary>Adds an event that reached the exchange.</summary>
    /// <returns>False when it belongs to a batch outside of the window.</returns>
    public bool Add(in SeenEvent seen)
    {
        var outside = _outside;
        _messages++;
        var id = seen.MessageId.Length > 0 ? _ids.Add(seen.MessageId, seen.Body) : IdSighting.New;
        if (!seen.IsReadable)
            _unreadable++;
        else if (seen.Place is { } place)
            Add(place, id);
        else if (id is IdSighting.New)
            _plain++;
        else
            _plainDuplicates.Count(id);
        return outside == _outside;
    }

    /// <summary>Adds a dead letter: it may explain a gap.</summary>
    public void AddDead(KeptDeadLetter letter)
    {
        var place = DeadLetterPlace.Of(letter);
        _dead.Count(letter.Reason);
        if (place is null)
            _dead.CountUnidentified();
        else if (place is { Sender: { } sender } && !AddDead(sender, place))
            _dead.CountOutside();
    }

    /// <summary>What can be said.</summary>
    public AuditReport ToReport() => new()
    {
        Senders = [.. _senders.OrderBy(sender => (sender.Key.Milliseconds, sender.Key.Random)).Select(sender => sender.Value.ToReport()).OfType<SenderReport>()],
        Messages = _messages,
        PlainEvents = _plain,
        PlainDuplicates = _plainDuplicates,
        Unreadable = _unreadable,
        Outside = _outside,
        NotFollowed = _room.NotFollowed,
        IdsKept = _ids.HasForgotten ? _ids.Capacity : null,
        DeadLetters = _dead,
    };

    private void Add(in EventPlace place, IdSighting id)
    {
        if (FindOrOpen(place.Sender, mayOpen: !_hasEnded) is not { } sender)
        {
            _outside += _hasEnded ? 1 : 0;
            return;
        }

        switch (sender.AddPublished(place))
        {
            case Sighting.Again when id is IdSighting.New && !_ids.HasForgotten:
                sender.Duplicates.CountReused();
                break;
            case Sighting.Again:
                sender.Duplicates.Count(id);
                break;
            case Sighting.Outside:
                _outside++;
                break;
            case Sighting.Contradictory:
                _unreadable++;
                break;
        }
    }

    private bool AddDead(SenderId sender, DeadLetterPlace place)
    {
        if (FindOrOpen(sender, mayOpen: fromZero) is not { } account)
            return false;
        return place.Event is { } one ? account.AddDead(one) : account.AddDead(place.Sequence);
    }

    private AuditedSender? FindOrOpen(SenderId sender, bool mayOpen)
    {
        if (_senders.TryGetValue(sender, out var account) || !mayOpen || !_room.TryTake(1))
            return account;
        account = new AuditedSender(sender, _room, fromZero);
        _senders.Add(sender, account);
        return account;
    }
}
