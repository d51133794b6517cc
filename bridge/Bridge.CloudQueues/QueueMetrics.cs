using System.Diagnostics.Metrics;
using Bridge.Core.Diagnostics;
using Bridge.Core.Sources;
using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>
/// Metrics of receiving from cloud queues, in the meter <c>Bridge</c>. Names come from OpenTelemetry's conventions for messaging;
/// names without a convention begin with <c>bridge</c>.
/// </summary>
internal sealed class QueueMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _received;
    private readonly Counter<long> _receivedBytes;
    private readonly Counter<long> _deleted;
    private readonly Counter<long> _abandoned;
    private readonly Counter<long> _leasesLost;
    private readonly Histogram<double> _operations;
    private readonly Histogram<double> _processing;

    public QueueMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(MessagingAttributes.Scope);
        _received = _meter.CreateCounter<long>(MessagingAttributes.ConsumedMessages, "{message}", "Queue messages received");
        _receivedBytes = _meter.CreateCounter<long>("bridge.received", "By", "Text of the queue messages received");
        _deleted = _meter.CreateCounter<long>(
            "bridge.messages.deleted", "{message}", "Queue messages deleted after all their events were confirmed");
        _abandoned = _meter.CreateCounter<long>(
            "bridge.messages.abandoned", "{message}", "Queue messages released for another attempt");
        _leasesLost = _meter.CreateCounter<long>(
            "bridge.leases.lost", "{message}", "Queue messages whose lease ended before their processing did");
        _operations = MessagingAttributes.CreateOperationDuration(_meter);
        _processing = _meter.CreateHistogram(
            MessagingAttributes.ProcessDuration,
            "s",
            "From receiving a queue message to its deletion or release",
            tags: null,
            MessagingAttributes.Latencies);
    }

    public void CountReceived(SourceName queue, ReceivedMessage message)
    {
        var tags = MessagingAttributes.TagsOf(queue);
        _received.Add(1, tags);
        _receivedBytes.Add(message.Text.Length, tags);
    }

    /// <summary>Measures a receive call, long polls included.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="duration">Duration of the call.</param>
    /// <param name="error">The call's error; null when it succeeded.</param>
    public void RecordReceive(SourceName queue, TimeSpan duration, QueueException? error = null)
    {
        var tags = MessagingAttributes.TagsOf(queue);
        tags.Add(MessagingAttributes.OperationName, "receive");
        if (error is not null)
            tags.Add(MessagingAttributes.ErrorType, error.Failure.Code ?? error.Failure.Status?.ToString() ?? "no_answer");
        _operations.Record(duration.TotalSeconds, tags);
    }

    /// <summary>Measures the processing of a queue message, its settlement included.</summary>
    public void RecordProcessed(SourceName queue, TimeSpan duration) =>
        _processing.Record(duration.TotalSeconds, MessagingAttributes.TagsOf(queue));

    public void CountDeleted(SourceName queue, int messages) => _deleted.Add(messages, MessagingAttributes.TagsOf(queue));

    public void CountAbandoned(SourceName queue) => _abandoned.Add(1, MessagingAttributes.TagsOf(queue));

    public void CountLeaseLost(SourceName queue) => _leasesLost.Add(1, MessagingAttributes.TagsOf(queue));

    /// <summary>Creates the gauges of a queue.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="depth">Returns the number of messages; -1 while unknown.</param>
    /// <param name="oldestInWork">Returns the age of the oldest leased message in seconds; 0 when there is none.</param>
    /// <param name="oldestWaiting">
    /// Returns an upper bound for the age of the oldest waiting message in seconds; 0 when the queue is empty.
    /// </param>
    public void Observe(SourceName queue, Func<long> depth, Func<double> oldestInWork, Func<double> oldestWaiting)
    {
        var tags = MessagingAttributes.TagsOf(queue);
        foreach (var counter in (ReadOnlySpan<Counter<long>>)[_received, _receivedBytes, _deleted, _abandoned, _leasesLost])
            counter.Add(0, tags);
        _meter.CreateObservableGauge(
            "bridge.queue.depth",
            () => new Measurement<long>(depth(), tags),
            "{message}",
            "Approximate number of messages in the queue; -1 while unknown");
        _meter.CreateObservableGauge(
            "bridge.oldest_message.age",
            () => new Measurement<double>(oldestInWork(), tags),
            "s",
            "Age of the oldest message in work; 0 when there is none");
        _meter.CreateObservableGauge(
            "bridge.queue.oldest_message.age",
            () => new Measurement<double>(oldestWaiting(), tags),
            "s",
            "Upper bound for the age of the oldest message that waits in the queue; 0 when the queue is empty");
    }
}
