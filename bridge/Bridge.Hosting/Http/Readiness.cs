using System.Diagnostics.Metrics;
using Bridge.Core.Publishing;
using Bridge.Core.Running;

namespace Bridge.Hosting.Http;

/// <summary>Whether the bridge can do its work now, and if not, why.</summary>
internal sealed class Readiness(IPublisher publisher, StuckMessages stuck, Stages stages)
{
    private volatile string? _waitsFor = "the bridge is starting";

    /// <summary>What keeps the bridge from starting; null once it has started.</summary>
    public string? WaitsFor
    {
        get => _waitsFor;
        set => _waitsFor = value;
    }

    /// <summary>Starts its gauge.</summary>
    public void Observe(Meter meter) =>
        meter.CreateObservableGauge("bridge.ready", () => Problem is null ? 1 : 0, description: "1 while /readyz says ok");

    /// <summary>Null when the bridge is ready; else why not, in plain words, without a secret.</summary>
    public string? Problem
    {
        get
        {
            if (stages.Dead is { } dead)
                return $"the stage {dead} has ended by itself";
            if (WaitsFor is { } reason)
                return $"waiting before the start: {reason}";
            if (publisher.IsRejected)
            {
                return "a queue bound to the exchange rejects messages: it is full, or has no leader; receiving pauses until it"
                    + " takes them";
            }

            if (stuck.Reason is { } inTheWay)
                return $"{stuck.Count:D} messages can be neither published nor dead-lettered and wait, others go on: {inTheWay}";
            if (!publisher.IsReady)
                return "the broker takes no messages now: not connected, incomplete or blocking publishers; the log says which";
            return stages.Problem;
        }
    }
}
