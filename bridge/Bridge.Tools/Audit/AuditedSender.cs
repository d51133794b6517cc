using Telemetry.Wire;

namespace Bridge.Tools.Audit;

/// <summary>What has been seen of one sender. Events first, then dead letters, then the report.</summary>
/// <param name="sender">Whose.</param>
/// <param name="room">Bounds the memory.</param>
/// <param name="fromZero">Counts from sequence 0, and to the last dead letter, not only between events that were seen.</param>
internal sealed class AuditedSender(SenderId sender, AuditRoom room, bool fromZero)
{
    // Sequences of which at least one event was published; and those of which there are dead letters only.
    private readonly IntervalSet _published = new();
    private readonly IntervalSet _dead = new();

    // Of the sequences in either set, those that lack events.
    private readonly Dictionary<uint, OpenBatch> _open = [];
    private uint? _floor;
    private uint? _ceiling;
    private long _events;
    private long _deadEvents;

    /// <summary>Duplicates seen.</summary>
    public DuplicateCounts Duplicates { get; private set; } = new();

    /// <summary>True when a batch between the first and the last, or an event of one, has not been seen.</summary>
    public bool HasMissing => _open.Count > 0 || (!IsEmpty && (long)Last - First + 1 > _published.Count + _dead.Count);

    private bool IsEmpty => _published.Count == 0 && (_dead.Count == 0 || !fromZero);

    private uint First => fromZero ? 0 : _floor + 1 ?? _published.Ranges[0].First;

    private uint Last => Math.Max(LastOf(_published), fromZero ? LastOf(_dead) : 0);

    /// <summary>What was seen so far came before the window; what belongs to the same batches, or to earlier ones, will be outside.</summary>
    public void BeginWindow()
    {
        if (_published.Count == 0)
            return;
        _floor = LastOf(_published);
        room.Return(_published.Ranges.Count);
        foreach (var sequence in _open.Keys.ToList())
            Close(sequence);
        _published.Clear();
        _events = 0;
        Duplicates = new DuplicateCounts();
    }

    /// <summary>Later batches will be outside.</summary>
    public void EndWindow() => _ceiling = _published.Count > 0 ? LastOf(_published) : _floor;

    /// <summary>Adds an event that reached the exchange.</summary>
    public Sighting AddPublished(in EventPlace place)
    {
        if (place.Sequence <= _floor || place.Sequence > _ceiling)
            return Sighting.Outside;
        if (!_open.TryGetValue(place.Sequence, out var batch))
        {
            if (_published.Contains(place.Sequence))
                return Sighting.Again;
            return TryBegin(place, _published) ? Count(ref _events) : Sighting.NotFollowed;
        }

        if (batch.Events != place.Events)
            return Sighting.Contradictory;
        if (batch.Seen.Contains(place.Ordinal))
            return Sighting.Again;
        return TryContinue(batch, place) ? Count(ref _events) : Sighting.NotFollowed;
    }

    /// <summary>Adds an event that was dead-lettered by itself.</summary>
    /// <returns>False when its batch is outside of what was seen.</returns>
    public bool AddDead(in EventPlace place)
    {
        if (!IsWithin(place.Sequence))
            return false;
        if (_open.TryGetValue(place.Sequence, out var batch))
        {
            if (batch.Events == place.Events && !batch.Seen.Contains(place.Ordinal) && TryContinue(batch, place))
                _deadEvents++;
        }
        else if (!_published.Contains(place.Sequence) && !_dead.Contains(place.Sequence) && TryBegin(place, _dead))
        {
            _deadEvents++;
        }

        return true;
    }

    /// <summary>Adds a batch that was dead-lettered as a whole, or in chunks: it explains whatever is missing of it.</summary>
    /// <returns>False when it is outside of what was seen.</returns>
    public bool AddDead(uint sequence)
    {
        if (!IsWithin(sequence))
            return false;
        Close(sequence);
        if (!_published.Contains(sequence) && !_dead.Contains(sequence))
            room.TryAdd(_dead, sequence);
        return true;
    }

    /// <summary>What can be said; null when nothing was seen in the window.</summary>
    public SenderReport? ToReport() => IsEmpty ? null : new SenderReport
    {
        Sender = sender,
        First = First,
        Last = Last,
        Batches = _published.Count,
        DeadBatches = _dead.Count,
        MissingBatches = [.. IntervalSet.Gaps(First, Last, _published, _dead)],
        Incomplete = [.. _open.OrderBy(open => open.Key).Select(open => new IncompleteBatch(
            open.Key, open.Value.Events, [.. IntervalSet.Gaps(0, open.Value.Events - 1, open.Value.Seen)]))],
        Events = _events,
        DeadEvents = _deadEvents,
        Duplicates = Duplicates,
    };

    private static uint LastOf(IntervalSet set) => set.Count > 0 ? set.Ranges[^1].Last : 0;

    private static Sighting Count(ref long events)
    {
        events++;
        return Sighting.New;
    }

    // A dead letter may be far older or younger than what was looked at: by itself it shows no gap.
    private bool IsWithin(uint sequence) => fromZero || (!IsEmpty && sequence >= First && sequence <= Last);

    private bool TryBegin(in EventPlace place, IntervalSet sequences)
    {
        // A place for the batch and one for its first range.
        var places = place.Events > 1 ? 2 : 0;
        if (!room.TryTake(places))
            return false;
        if (!room.TryAdd(sequences, place.Sequence))
        {
            room.Return(places);
            return false;
        }

        if (place.Events > 1)
        {
            var batch = _open[place.Sequence] = new OpenBatch(place.Events);
            batch.Seen.Add(place.Ordinal);
        }

        return true;
    }

    private bool TryContinue(OpenBatch batch, in EventPlace place)
    {
        if (!room.TryAdd(batch.Seen, place.Ordinal))
            return false;
        if (batch.IsWhole)
            Close(place.Sequence);
        return true;
    }

    private void Close(uint sequence)
    {
        if (_open.Remove(sequence, out var batch))
            room.Return(1 + batch.Seen.Ranges.Count);
    }
}

/// <summary>A batch of which some events have not been seen yet.</summary>
/// <param name="events">How many it holds.</param>
internal sealed class OpenBatch(uint events)
{
    /// <summary>How many events the batch holds.</summary>
    public uint Events => events;

    /// <summary>Ordinals of those seen.</summary>
    public IntervalSet Seen { get; } = new();

    /// <summary>True when nothing is missing any more.</summary>
    public bool IsWhole => Seen.Count == events;
}

/// <summary>What an event is to the account of its sender.</summary>
internal enum Sighting
{
    /// <summary>Not seen before.</summary>
    New,

    /// <summary>Its place has been seen: a duplicate, or another event that claims the same place.</summary>
    Again,

    /// <summary>Before the audit's window or after it.</summary>
    Outside,

    /// <summary>It claims another number of events than the rest of its batch.</summary>
    Contradictory,

    /// <summary>There is no room to follow it.</summary>
    NotFollowed,
}
