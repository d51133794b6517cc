using System.Diagnostics.Metrics;
using Bridge.Core.Diagnostics;
using Bridge.Edge.Configuration;

namespace Bridge.Edge.Diagnostics;

/// <summary>What intakes are measured by; part of the meter <c>Bridge</c>.</summary>
internal sealed class IntakeMetrics(IMeterFactory factory)
{
    private static readonly string[] Reasons =
        [.. Enum.GetValues<DropReason>().Select(reason => reason.ToString().ToLowerInvariant())];

    private readonly Meter _meter = factory.Create(MessagingAttributes.Scope);

    /// <summary>Starts the series of an intake. They are read when somebody asks, so that taking a message stays cheap.</summary>
    public void Observe(IntakeEndpoint endpoint, IntakeCounters counters)
    {
        var intake = new KeyValuePair<string, object?>("intake", endpoint.Url);
        _meter.CreateObservableCounter(
            "bridge.intake.messages",
            () => new Measurement<long>(counters.Messages, intake),
            "{message}",
            "Messages that an intake took");
        _meter.CreateObservableCounter(
            "bridge.intake.dropped",
            () => Reasons.Select((reason, index) => new Measurement<long>(
                counters.Dropped((DropReason)index), intake, new KeyValuePair<string, object?>("reason", reason))),
            "{message}",
            "Messages that an intake dropped, by reason");
    }
}
