using System.Diagnostics.Metrics;
using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;

namespace Bridge.RabbitMq.Publishing;

/// <summary>The metrics of publishing; part of the meter <c>Bridge</c>.</summary>
internal sealed class PublishMetrics
{
    private static readonly KeyValuePair<string, object?> ToRabbitMq =
        new(MessagingAttributes.System, MessagingAttributes.RabbitMq);

    private static readonly KeyValuePair<string, object?> Publish = new(MessagingAttributes.OperationName, "publish");
    private static readonly KeyValuePair<string, object?> Unroutable = new(MessagingAttributes.ErrorType, "unroutable");
    private static readonly KeyValuePair<string, object?> Rejected = new(MessagingAttributes.ErrorType, "rejected");

    private readonly Meter _meter;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _reconnects;
    private readonly Histogram<double> _confirmLatency;

    public PublishMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(MessagingAttributes.Scope);
        _sent = _meter.CreateCounter<long>(
            MessagingAttributes.SentMessages,
            "{message}",
            "Messages that the broker confirmed, events, chunks and dead letters, or, with error.type, will not take");
        _reconnects = _meter.CreateCounter<long>(
            "bridge.broker.reconnects", "{connection}", "Publishing connections opened after the first");
        _confirmLatency = MessagingAttributes.CreateOperationDuration(_meter);

        // If a series began with its first message, a rate over it would miss that message.
        _sent.Add(0, ToRabbitMq, Publish);
        _sent.Add(0, ToRabbitMq, Publish, Unroutable);
        _sent.Add(0, ToRabbitMq, Publish, Rejected);
        _reconnects.Add(0);
    }

    /// <summary>Starts the gauges of a publisher.</summary>
    public void Observe(RabbitPublisher publisher)
    {
        _meter.CreateObservableGauge(
            "bridge.publish.outstanding", () => publisher.OutstandingMessages, "{message}", "Messages that await their confirm");
        _meter.CreateObservableGauge(
            "bridge.publish.outstanding.size",
            () => publisher.OutstandingBytes,
            "By",
            "Bodies of messages that await their confirm");
        _meter.CreateObservableGauge(
            "bridge.broker.ready", () => publisher.IsReady ? 1 : 0, description: "1 when a message could be published now");
        _meter.CreateObservableGauge(
            "bridge.broker.rejected",
            () => publisher.IsRejected ? 1 : 0,
            description: "1 while a queue bound to the exchange rejects messages (nack), such as one that is full: receiving"
                + " pauses");
        _meter.CreateObservableGauge(
            "bridge.broker.blocked",
            () => publisher.BlockedReason is null ? 0 : 1,
            description: "1 while the broker blocks publishers (connection.blocked), such as for want of memory or disk");
    }

    /// <summary>Counts what one answer of the broker settled.</summary>
    public void CountSettled(in SettledCount settled)
    {
        if (settled.Confirmed > 0)
            _sent.Add(settled.Confirmed, ToRabbitMq, Publish);
        if (settled.Confirmed + settled.Refused > 0)
            _confirmLatency.Record(settled.Latency.TotalSeconds, ToRabbitMq, Publish);
    }

    /// <summary>Counts the refusals of a publication.</summary>
    public void CountRefused(IReadOnlyList<PublishRefusal> refusals)
    {
        foreach (var refusal in refusals)
            _sent.Add(1, ToRabbitMq, Publish, refusal.Reason is PublishRefusalReason.Unroutable ? Unroutable : Rejected);
    }

    /// <summary>Counts a connection opened to replace another.</summary>
    public void CountReconnect() => _reconnects.Add(1);
}
