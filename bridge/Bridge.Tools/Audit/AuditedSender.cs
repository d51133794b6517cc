using Telemetry.Wire;

namespace Bridge.Tools.Audit;

/// <summary>
/// The events and dead letters of one sender. Add all events first, then the dead letters, then read the report.
/// </summary>
/// <param name="sender">The sender.</param>
/// <param name="memory">Bounds the memory.</param>
/// <param name="fromZero">
/// Expects every batch from sequence 0 to the last event or dead letter, not only those between two events that were seen.
/// </param>
internal sealed class AuditedSender(SenderId sender, AuditMemory memory, bool fromZero)
{
    // Sequences of batches with at least one published event, and of batches that have only dead letters.
    private readonly IntervalSet _published = new();
    private readonly IntervalSet _dead = new();

    // The batches of both sets that lack events.
    private readonly Dictionary<uint, OpenBatch> _open = [];
    private uint? _floor;
    private uint? _ceiling;
    private long _events;
    private long _deadEvents;

    /// <summary>Duplicates seen.</summary>
    public DuplicateCounts Duplicates { get; private set; } = new();

    /// <summary>True when a batch between the first and the last one is missing, or an event of such a batch.</summary>
    public bool HasMissing =>
        _open.Count > 0 || (!IsEmpty && (long)Last - First + 1 > _published.Count + _dead.Count);

    private bool IsEmpty => _published.Count == 0 && (_dead.Count == 0 || !fromZero);

    private uint First => fromZero ? 0 : _floor + 1 ?? _published.Ranges[0].First;

    private uint Last => Math.Max(LastOf(_published), fromZero ? LastOf(_dead) : 0);

    /// <summary>Begins the window: further events of the batches seen so far, and of earlier ones, count as outside.</summary>
    public void BeginWindow()
    {
        if (_published.Count == 0)
            return;
        _floor = LastOf(_published);
        memory.Return(_published.Ranges.Count);
        foreach (var sequence in _open.Keys.ToList())
            Close(sequence);
        _published.Clear();
        _events = 0;
        Duplicates = new DuplicateCounts();
    }

    /// <summary>Ends the window: events of later batches count as outside.</summary>
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

    /// <summary>Adds a dead letter that is a single event.</summary>
    /// <returns>False when its batch is not between the first and the last one.</returns>
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

    /// <summary>Adds a dead letter that is a batch or a chunk of one. It explains all missing events of the batch.</summary>
    /// <returns>False when the batch is not between the first and the last one.</returns>
    public bool AddDead(uint sequence)
    {
        if (!IsWithin(sequence))
            return false;
        Close(sequence);
        if (!_published.Contains(sequence) && !_dead.Contains(sequence))
            memory.TryAdd(_dead, sequence);
        return true;
    }

    /// <summary>Creates the sender's report; null when no event was seen in the window.</summary>
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

    // A dead letter may be far older or newer than the events, so a dead letter outside of them shows no gap.
    private bool IsWithin(uint sequence) => fromZero || (!IsEmpty && sequence >= First && sequence <= Last);

    private bool TryBegin(in EventPlace place, IntervalSet sequences)
    {
        // A place for the batch and one for its first range.
        var places = place.Events > 1 ? 2 : 0;
        if (!memory.TryTake(places))
            return false;
        if (!memory.TryAdd(sequences, place.Sequence))
        {
            memory.Return(places);
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
        if (!memory.TryAdd(batch.Seen, place.Ordinal))
            return false;
        if (batch.IsWhole)
            Close(place.Sequence);
        return true;
    }

    private void Close(uint sequence)
    {
        if (_open.Remove(sequence, out var batch))
            memory.Return(1 + batch.Seen.Ranges.Count);
    }
}

/// <summary>A batch whose events have not all been seen.</summary>
/// <param name="events">Number of events in the batch.</param>
internal sealed class OpenBatch(uint events)
{
    /// <summary>Number of events in the batch.</summary>
    public uint Events => events;

    /// <summary>Ordinals of the events that were seen.</summary>
    public IntervalSet Seen { get; } = new();

    /// <summary>True when every event was seen.</summary>
    public bool IsWhole => Seen.Count == events;
}

/// <summary>How an event relates to those of its sender that were seen before.</summary>
internal enum Sighting
{
    /// <summary>Not seen before.</summary>
    New,

    /// <summary>An event with the same place was seen: this one is a duplicate, or another event that claims the place.</summary>
    Again,

    /// <summary>Before the audit's window or after it.</summary>
    Outside,

    /// <summary>It states another number of events than the rest of its batch.</summary>
    Contradictory,

    /// <summary>The audit's memory is full.</summary>
    NotFollowed,
}
