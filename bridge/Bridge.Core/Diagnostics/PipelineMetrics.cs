using System.Diagnostics.Metrics;
using Telemetry.Wire;

namespace Bridge.Core.Diagnostics;

/// <summary>
/// Metrics of the pipeline and of reassembly, in the meter <c>Bridge</c>. Measurements are made for messages and batches and
/// never for single events, so that they cost little.
/// </summary>
internal sealed class PipelineMetrics
{
    private readonly TimeProvider _clock;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _opened;
    private readonly Counter<long> _openedBytes;
    private readonly Counter<long> _published;
    private readonly Counter<long> _chunksForwarded;
    private readonly Counter<long> _batchesAssembled;
    private readonly UpDownCounter<long> _eventsInFlight;
    private readonly Histogram<double> _batchAge;

    // Ticks of UTC; 0 until something is published.
    private long _lastPublished;

    /// <param name="factory">Creates the meter.</param>
    /// <param name="clock">Tells the age of batches.</param>
    /// <param name="rules">Number of routing rules: each has a series of its own.</param>
    public PipelineMetrics(IMeterFactory factory, TimeProvider clock, int rules = 0)
    {
        _clock = clock;
        var meter = factory.Create(MessagingAttributes.Scope);
        _deadLetters = Counter("bridge.dead_letters", "{message}", "Messages and events dead-lettered, by reason");
        _duplicates = Counter("bridge.duplicates", "{message}", "Redelivered messages and chunks that were dropped");
        _dropped = Counter("bridge.rules.dropped", "{event}", "Events that a rule dropped, by the rule's number");
        _opened = Counter("bridge.events.opened", "{event}", "Events taken out of their batches, refused ones included");
        _openedBytes = Counter("bridge.opened", "By", "Events taken out of their batches, decompressed");
        _published = Counter("bridge.events.published", "{event}", "Events that the broker confirmed into the exchange");
        _chunksForwarded = Counter("bridge.chunks.forwarded", "{message}", "Chunks forwarded to their partition");
        _batchesAssembled = Counter(
            "bridge.batches.assembled",
            "{batch}",
            "Chunked batches assembled, by the number of replicas that received their chunks");
        _eventsInFlight = meter.CreateUpDownCounter<long>(
            "bridge.events.in_flight", "{event}", "Events taken out of their batch and not yet confirmed");
        _batchAge = meter.CreateHistogram(
            "bridge.batch.age",
            "s",
            "From the queue's acceptance of a batch to the confirm of its events",
            tags: null,
            MessagingAttributes.Ages);
        meter.CreateObservableGauge(
            "bridge.last_publish.timestamp",
            LastPublish,
            "s",
            "When an event was last confirmed into the exchange, in Unix time; absent before the first");
        StartAtZero(rules);

        Counter<long> Counter(string name, string unit, string description) =>
            meter.CreateCounter<long>(name, unit, description);
    }

    public void CountDeadLettered(RefusalReason reason, int count) =>
        _deadLetters.Add(count, new KeyValuePair<string, object?>("reason", Refusal.CodeOf(reason)));

    /// <summary>Counts an event that a rule dropped.</summary>
    /// <param name="rule">The rule's number in the configuration.</param>
    public void CountDropped(int rule) => CountDropped(rule, 1);

    public void CountDuplicate() => _duplicates.Add(1);

    /// <summary>Counts the events of an opened batch.</summary>
    public void CountOpened(int events, long bytes)
    {
        _opened.Add(events);
        _openedBytes.Add(bytes);
    }

    /// <summary>Counts events of a batch that the broker has confirmed.</summary>
    /// <param name="events">Number of events.</param>
    /// <param name="enqueuedAt">
    /// When the queue accepted the batch, or the first of its chunks; null when this is not known.
    /// </param>
    public void CountPublished(int events, DateTimeOffset? enqueuedAt)
    {
        _published.Add(events);
        if (events == 0)
            return;
        var now = _clock.GetUtcNow();
        Volatile.Write(ref _lastPublished, now.UtcTicks);
        if (enqueuedAt is { } accepted)
            _batchAge.Record(Math.Max(0, (now - accepted).TotalSeconds));
    }

    public void CountForwarded() => _chunksForwarded.Add(1);

    public void CountAssembled(int receivers) =>
        _batchesAssembled.Add(1, new KeyValuePair<string, object?>("receivers", receivers));

    public void AddEventsInFlight(int events) => _eventsInFlight.Add(events);

    private void CountDropped(int rule, int count) => _dropped.Add(count, new KeyValuePair<string, object?>("rule", rule));

    private IEnumerable<Measurement<double>> LastPublish() => Volatile.Read(ref _lastPublished) is > 0 and var ticks
        ? [new((ticks - DateTimeOffset.UnixEpoch.UtcTicks) / (double)TimeSpan.TicksPerSecond)]
        : [];

    // A rate misses the first event of a series that appears only with this event, so known series begin at zero.
    private void StartAtZero(int rules)
    {
        for (var rule = 0; rule < rules; rule++)
            CountDropped(rule, 0);
        foreach (var reason in Enum.GetValues<RefusalReason>())
            CountDeadLettered(reason, 0);
        foreach (var counter in (ReadOnlySpan<Counter<long>>)[_duplicates, _opened, _openedBytes, _published, _chunksForwarded])
            counter.Add(0);
        _eventsInFlight.Add(0);
    }
}
