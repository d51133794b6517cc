using System.Diagnostics.Metrics;
using Bridge.Publish;
using Telemetry.Codec;
using Telemetry.Queues;

namespace Bridge.Diagnostics;

/// <summary>What receiving, assembling and settling are measured by; part of the meter <c>Bridge</c>.</summary>
internal sealed class BridgeMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _received;
    private readonly Counter<long> _receivedBytes;
    private readonly Counter<long> _deleted;
    private readonly Counter<long> _abandoned;
    private readonly Counter<long> _leasesLost;
    private readonly Counter<long> _deadLettered;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _published;
    private readonly Counter<long> _chunksForwarded;
    private readonly Counter<long> _batchesAssembled;
    private readonly UpDownCounter<long> _eventsInFlight;

    public BridgeMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(PublishMetrics.MeterName);
        _received = _meter.CreateCounter<long>("bridge.received", "{message}", "Queue messages received");
        _receivedBytes = _meter.CreateCounter<long>("bridge.received.bytes", "By", "Text of the queue messages received");
        _deleted = _meter.CreateCounter<long>("bridge.deleted", "{message}", "Queue messages deleted after everything in them was confirmed");
        _abandoned = _meter.CreateCounter<long>("bridge.abandoned", "{message}", "Queue messages given back for another attempt");
        _leasesLost = _meter.CreateCounter<long>("bridge.leases.lost", "{message}", "Queue messages whose lease ended before their work did");
        _deadLettered = _meter.CreateCounter<long>("bridge.dead.lettered", "{message}", "Messages and events dead-lettered, by reason");
        _duplicates = _meter.CreateCounter<long>("bridge.duplicates", "{message}", "Redelivered messages and chunks that were dropped");
        _published = _meter.CreateCounter<long>("bridge.published", "{event}", "Events that the broker confirmed into the exchange");
        _chunksForwarded = _meter.CreateCounter<long>("bridge.chunks.forwarded", "{message}", "Chunks passed on to their partition");
        _batchesAssembled = _meter.CreateCounter<long>(
            "bridge.batches.assembled", "{batch}", "Chunked batches put together, by the number of replicas that received their chunks");
        _eventsInFlight = _meter.CreateUpDownCounter<long>("bridge.events.in.flight", "{event}", "Events taken out of their batch and not yet confirmed");
        ShowZeros();
    }

    public void CountReceived(QueueEndpoint queue, ReceivedMessage message)
    {
        var tag = Queue(queue);
        _received.Add(1, tag);
        _receivedBytes.Add(message.Text.Length, tag);
    }

    public void CountDeleted(QueueEndpoint queue, int messages) => _deleted.Add(messages, Queue(queue));

    public void CountAbandoned(QueueEndpoint queue) => _abandoned.Add(1, Queue(queue));

    public void CountLeaseLost(QueueEndpoint queue) => _leasesLost.Add(1, Queue(queue));

    public void CountDeadLettered(RefusalReason reason, int count) =>
        _deadLettered.Add(count, new KeyValuePair<string, object?>("reason", Refusal.CodeOf(reason)));

    public void CountDuplicate() => _duplicates.Add(1);

    public void CountPublished(int events) => _published.Add(events);

    public void CountForwarded() => _chunksForwarded.Add(1);

    public void CountAssembled(int receivers) => _batchesAssembled.Add(1, new KeyValuePair<string, object?>("receivers", receivers));

    public void AddEventsInFlight(int events) => _eventsInFlight.Add(events);

    /// <summary>Starts the gauge of bytes in work.</summary>
    public void ObserveBytes(Func<long> bytes) =>
        _meter.CreateObservableGauge("bridge.in.flight.bytes", bytes, "By", "Received messages and opened batches in memory");

    /// <summary>Starts the gauges of a queue.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="depth">Messages stored; -1 while unknown.</param>
    /// <param name="oldestAge">Seconds since the oldest message in work was enqueued; 0 when there is none.</param>
    public void Observe(QueueEndpoint queue, Func<long> depth, Func<double> oldestAge)
    {
        var tag = Queue(queue);
        foreach (var counter in (ReadOnlySpan<Counter<long>>)[_received, _receivedBytes, _deleted, _abandoned, _leasesLost])
            counter.Add(0, tag);
        _meter.CreateObservableGauge(
            "bridge.queue.depth", () => new Measurement<long>(depth(), tag), "{message}", "Messages stored in the queue, about; -1 while unknown");
        _meter.CreateObservableGauge(
            "bridge.oldest.event.age", () => new Measurement<double>(oldestAge(), tag), "s", "Age of the oldest message in work; 0 when there is none");
    }

    // A rate over a series that appears only with its first event misses that event: known series begin at zero.
    private void ShowZeros()
    {
        foreach (var reason in Enum.GetValues<RefusalReason>())
            CountDeadLettered(reason, 0);
        _published.Add(0);
        _duplicates.Add(0);
        _chunksForwarded.Add(0);
        _eventsInFlight.Add(0);
    }

    private static KeyValuePair<string, object?> Queue(QueueEndpoint queue) => new("queue", queue.Name);
}
