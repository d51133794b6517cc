using System.Diagnostics.Metrics;
using Bridge.Publish;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge.Diagnostics;

/// <summary>
/// What receiving, assembling and settling are measured by; part of the meter <c>Bridge</c>. Where OpenTelemetry's conventions for
/// messaging have a name, that is it; the others begin with <c>bridge</c>. Calls are made for messages and batches, never for events.
/// </summary>
internal sealed class BridgeMetrics
{
    private readonly TimeProvider _clock;
    private readonly Meter _meter;
    private readonly Counter<long> _received;
    private readonly Counter<long> _receivedBytes;
    private readonly Counter<long> _deleted;
    private readonly Counter<long> _abandoned;
    private readonly Counter<long> _leasesLost;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _opened;
    private readonly Counter<long> _openedBytes;
    private readonly Counter<long> _published;
    private readonly Counter<long> _chunksForwarded;
    private readonly Counter<long> _batchesAssembled;
    private readonly UpDownCounter<long> _eventsInFlight;
    private readonly Histogram<double> _operations;
    private readonly Histogram<double> _processing;
    private readonly Histogram<double> _batchAge;

    // Ticks of UTC; 0 until something is published.
    private long _lastPublished;

    public BridgeMetrics(IMeterFactory factory, TimeProvider clock)
    {
        _clock = clock;
        _meter = factory.Create(PublishMetrics.MeterName);
        _received = _meter.CreateCounter<long>(MessagingAttributes.ConsumedMessages, "{message}", "Queue messages received");
        _receivedBytes = _meter.CreateCounter<long>("bridge.received", "By", "Text of the queue messages received");
        _deleted = _meter.CreateCounter<long>("bridge.messages.deleted", "{message}", "Queue messages deleted after everything in them was confirmed");
        _abandoned = _meter.CreateCounter<long>("bridge.messages.abandoned", "{message}", "Queue messages given back for another attempt");
        _leasesLost = _meter.CreateCounter<long>("bridge.leases.lost", "{message}", "Queue messages whose lease ended before their work did");
        _deadLetters = _meter.CreateCounter<long>("bridge.dead_letters", "{message}", "Messages and events dead-lettered, by reason");
        _duplicates = _meter.CreateCounter<long>("bridge.duplicates", "{message}", "Redelivered messages and chunks that were dropped");
        _opened = _meter.CreateCounter<long>("bridge.events.opened", "{event}", "Events taken out of their batches, refused ones included");
        _openedBytes = _meter.CreateCounter<long>("bridge.opened", "By", "Events taken out of their batches, decompressed");
        _published = _meter.CreateCounter<long>("bridge.events.published", "{event}", "Events that the broker confirmed into the exchange");
        _chunksForwarded = _meter.CreateCounter<long>("bridge.chunks.forwarded", "{message}", "Chunks passed on to their partition");
        _batchesAssembled = _meter.CreateCounter<long>(
            "bridge.batches.assembled", "{batch}", "Chunked batches put together, by the number of replicas that received their chunks");
        _eventsInFlight = _meter.CreateUpDownCounter<long>("bridge.events.in_flight", "{event}", "Events taken out of their batch and not yet confirmed");
        _operations = _meter.CreateHistogram(
            MessagingAttributes.OperationDuration, "s", PublishMetrics.OperationDurationDescription, tags: null, MessagingAttributes.Latencies);
        _processing = _meter.CreateHistogram(
            MessagingAttributes.ProcessDuration, "s", "From receiving a queue message to its deletion or return", tags: null, MessagingAttributes.Latencies);
        _batchAge = _meter.CreateHistogram(
            "bridge.batch.age", "s", "From the queue's acceptance of a batch to the confirm of its events", tags: null, MessagingAttributes.Ages);
        _meter.CreateObservableGauge(
            "bridge.last_publish.timestamp", LastPublish, "s", "When an event was last confirmed into the exchange, in Unix time; absent before");
        ShowZeros();
    }

    public void CountReceived(QueueEndpoint queue, ReceivedMessage message)
    {
        var tags = MessagingAttributes.Of(queue);
        _received.Add(1, tags);
        _receivedBytes.Add(message.Text.Length, tags);
    }

    /// <summary>Measures a receive call, long polls included.</summary>
    /// <param name="queue">Which queue.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="error">What it failed with; null when it did not.</param>
    public void RecordReceive(QueueEndpoint queue, TimeSpan duration, QueueException? error = null)
    {
        var tags = MessagingAttributes.Of(queue);
        tags.Add(MessagingAttributes.OperationName, "receive");
        if (error is not null)
            tags.Add(MessagingAttributes.ErrorType, error.Failure.Code ?? error.Failure.Status?.ToString() ?? "no_answer");
        _operations.Record(duration.TotalSeconds, tags);
    }

    /// <summary>Measures the work on a queue message, its settlement included.</summary>
    public void RecordProcessed(QueueEndpoint queue, TimeSpan duration) =>
        _processing.Record(duration.TotalSeconds, MessagingAttributes.Of(queue));

    public void CountDeleted(QueueEndpoint queue, int messages) => _deleted.Add(messages, MessagingAttributes.Of(queue));

    public void CountAbandoned(QueueEndpoint queue) => _abandoned.Add(1, MessagingAttributes.Of(queue));

    public void CountLeaseLost(QueueEndpoint queue) => _leasesLost.Add(1, MessagingAttributes.Of(queue));

    public void CountDeadLettered(RefusalReason reason, int count) =>
        _deadLetters.Add(count, new KeyValuePair<string, object?>("reason", Refusal.CodeOf(reason)));

    public void CountDuplicate() => _duplicates.Add(1);

    /// <summary>Counts what a batch held.</summary>
    public void CountOpened(int events, long bytes)
    {
        _opened.Add(events);
        _openedBytes.Add(bytes);
    }

    /// <summary>Counts events of a batch that the broker has confirmed.</summary>
    /// <param name="events">How many.</param>
    /// <param name="enqueuedAt">When the queue accepted the batch, or the first of its chunks; null where that is not known.</param>
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

    public void CountAssembled(int receivers) => _batchesAssembled.Add(1, new KeyValuePair<string, object?>("receivers", receivers));

    public void AddEventsInFlight(int events) => _eventsInFlight.Add(events);

    /// <summary>Starts the gauges of a queue.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="depth">Messages stored; -1 while unknown.</param>
    /// <param name="oldestInWork">Seconds since the oldest message in work was enqueued; 0 when there is none.</param>
    /// <param name="oldestWaiting">Seconds since the oldest message that waits in the queue was enqueued, at most; 0 when it is empty.</param>
    public void Observe(QueueEndpoint queue, Func<long> depth, Func<double> oldestInWork, Func<double> oldestWaiting)
    {
        var tags = MessagingAttributes.Of(queue);
        foreach (var counter in (ReadOnlySpan<Counter<long>>)[_received, _receivedBytes, _deleted, _abandoned, _leasesLost])
            counter.Add(0, tags);
        _meter.CreateObservableGauge(
            "bridge.queue.depth", () => new Measurement<long>(depth(), tags), "{message}", "Messages stored in the queue, about; -1 while unknown");
        _meter.CreateObservableGauge(
            "bridge.oldest_message.age", () => new Measurement<double>(oldestInWork(), tags), "s", "Age of the oldest message in work; 0 when there is none");
        _meter.CreateObservableGauge(
            "bridge.queue.oldest_message.age",
            () => new Measurement<double>(oldestWaiting(), tags),
            "s",
            "Age of the oldest message that waits in the queue, at most; 0 when the queue is empty");
    }

    private IEnumerable<Measurement<double>> LastPublish() => Volatile.Read(ref _lastPublished) is > 0 and var ticks
        ? [new((ticks - DateTimeOffset.UnixEpoch.UtcTicks) / (double)TimeSpan.TicksPerSecond)]
        : [];

    // A rate over a series that appears only with its first event misses that event: known series begin at zero.
    private void ShowZeros()
    {
        foreach (var reason in Enum.GetValues<RefusalReason>())
            CountDeadLettered(reason, 0);
        foreach (var counter in (ReadOnlySpan<Counter<long>>)[_duplicates, _opened, _openedBytes, _published, _chunksForwarded])
            counter.Add(0);
        _eventsInFlight.Add(0);
    }
}
