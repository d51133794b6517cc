using System.Diagnostics.Metrics;

namespace Bridge.Publish;

/// <summary>What publishing is measured by; part of the meter <c>Bridge</c>.</summary>
internal sealed class PublishMetrics
{
    /// <summary>Name of the bridge's meter.</summary>
    public const string MeterName = "Bridge";

    private static readonly KeyValuePair<string, object?> Unroutable = new("reason", "unroutable");
    private static readonly KeyValuePair<string, object?> Rejected = new("reason", "rejected");

    private readonly Meter _meter;
    private readonly Counter<long> _confirmed;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _reconnects;
    private readonly Histogram<double> _confirmLatency;

    public PublishMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(MeterName);
        _confirmed = _meter.CreateCounter<long>(
            "bridge.broker.confirmed", "{message}", "Messages that the broker confirmed: events, chunks and dead letters");
        _refused = _meter.CreateCounter<long>("bridge.publish.refused", "{message}", "Messages that the broker will not take, by reason");
        _reconnects = _meter.CreateCounter<long>("bridge.broker.reconnects", "{connection}", "Publishing connections opened after the first");
        _confirmLatency = _meter.CreateHistogram<double>(
            "bridge.confirm.latency", "s", "From writing a message to its confirm; one sample an answer of the broker, for its oldest message");

        // A rate over a series that appears only with its first message misses that message.
        _confirmed.Add(0);
        _refused.Add(0, Unroutable);
        _refused.Add(0, Rejected);
        _reconnects.Add(0);
    }

    /// <summary>Starts the gauges of a publisher.</summary>
    public void Observe(RabbitPublisher publisher)
    {
        _meter.CreateObservableGauge(
            "bridge.publish.outstanding", () => publisher.OutstandingMessages, "{message}", "Messages that await their confirm");
        _meter.CreateObservableGauge(
            "bridge.publish.outstanding.bytes", () => publisher.OutstandingBytes, "By", "Bodies of messages that await their confirm");
        _meter.CreateObservableGauge(
            "bridge.broker.ready", () => publisher.IsReady ? 1 : 0, description: "1 when a message could be published now");
    }

    /// <summary>Counts what one answer of the broker settled.</summary>
    public void CountSettled(in Settled settled)
    {
        if (settled.Confirmed > 0)
            _confirmed.Add(settled.Confirmed);
        if (settled.Confirmed + settled.Refused > 0)
            _confirmLatency.Record(settled.Latency.TotalSeconds);
    }

    /// <summary>Counts the refusals of a publication.</summary>
    public void CountRefused(IReadOnlyList<PublishRefusal> refusals)
    {
        foreach (var refusal in refusals)
            _refused.Add(1, refusal.Reason is PublishRefusalReason.Unroutable ? Unroutable : Rejected);
    }

    /// <summary>Counts a connection opened to replace another.</summary>
    public void CountReconnect() => _reconnects.Add(1);
}
