using Bridge.RabbitMq.DeadLetters;
using Telemetry.Wire;

namespace Bridge.Tools.Audit;

/// <summary>
/// Tracks by sender which events reached the exchange. Add all published events first, then the dead letters. Its memory is
/// bounded. Not safe for use by several threads at once.
/// </summary>
/// <param name="fromZero">Expects each sender's first batches too, because the queue was bound before the senders began.</param>
/// <param name="places">As for <see cref="AuditMemory"/>.</param>
/// <param name="ids">Number of identities that are kept to find duplicates.</param>
internal sealed class EventAudit(bool fromZero = false, int places = 500_000, int ids = 500_000)
{
    private readonly Dictionary<SenderId, AuditedSender> _senders = [];
    private readonly AuditMemory _memory = new(places);
    private readonly RecentIds _ids = new(ids);
    private readonly DeadLetterCounts _dead = new();
    private DuplicateCounts _plainDuplicates = new();
    private bool _hasEnded;
    private long _messages;
    private long _plain;
    private long _unreadable;
    private long _outside;

    /// <summary>True when an event is missing that must have been sent.</summary>
    public bool HasMissing => _senders.Values.Any(sender => sender.HasMissing);

    /// <summary>
    /// Begins the window. The events seen so far only show each sender's position; every later batch of the sender is expected.
    /// </summary>
    public void BeginWindow()
    {
        foreach (var sender in _senders.Values)
            sender.BeginWindow();
        (_messages, _plain, _unreadable, _outside) = (0, 0, 0, 0);
        _plainDuplicates = new DuplicateCounts();
    }

    /// <summary>Ends the window. Later events may fill gaps and show no new ones.</summary>
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

    /// <summary>Adds a dead letter, which may explain a gap.</summary>
    public void AddDead(KeptDeadLetter letter)
    {
        var place = DeadLetterPlace.From(letter);
        _dead.Count(letter.Reason);
        if (place is null)
            _dead.CountUnidentified();
        else if (place is { Sender: { } sender } && !AddDead(sender, place))
            _dead.CountOutside();
    }

    /// <summary>Creates the report.</summary>
    public AuditReport ToReport() => new()
    {
        Senders =
        [
            .. _senders.OrderBy(sender => (sender.Key.Milliseconds, sender.Key.Random))
                .Select(sender => sender.Value.ToReport())
                .OfType<SenderReport>(),
        ],
        Messages = _messages,
        PlainEvents = _plain,
        PlainDuplicates = _plainDuplicates,
        Unreadable = _unreadable,
        Outside = _outside,
        NotFollowed = _memory.NotFollowed,
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
        if (_senders.TryGetValue(sender, out var account) || !mayOpen || !_memory.TryTake(1))
            return account;
        account = new AuditedSender(sender, _memory, fromZero);
        _senders.Add(sender, account);
        return account;
    }
}
