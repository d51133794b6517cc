using System.Diagnostics.Metrics;
using Bridge.Core.Publishing;
using Bridge.Core.Running;

namespace Bridge.Hosting.Http;

/// <summary>Tells whether the bridge can publish now, and if not, why.</summary>
internal sealed class Readiness(IPublisher publisher, StuckMessages stuck, Stages stages)
{
    private volatile string? _waitsFor = "the bridge is starting";

    /// <summary>What the bridge waits for before it starts; null after the start.</summary>
    public string? WaitsFor
    {
        get => _waitsFor;
        set => _waitsFor = value;
    }

    /// <summary>Creates its gauge.</summary>
    public void Observe(Meter meter) =>
        meter.CreateObservableGauge("bridge.ready", () => Problem is null ? 1 : 0, description: "1 while /readyz says ok");

    /// <summary>Why the bridge is not ready, in words for people and without a secret; null when it is ready.</summary>
    public string? Problem
    {
        get
        {
            if (stages.DeadProblem is { } dead)
                return dead;
            if (WaitsFor is { } reason)
                return $"waiting before the start: {reason}";
            if (publisher.IsRejected)
            {
                return "a queue bound to the exchange rejects messages: it is full, or has no leader; receiving pauses until the"
                    + " queue accepts them";
            }

            if (stuck.Reason is { } cause)
            {
                return $"{stuck.Count:D} messages wait because they can be neither published nor dead-lettered; other messages"
                    + $" continue: {cause}";
            }

            if (!publisher.IsReady)
            {
                return "the broker accepts no messages now: it is not connected, lacks a queue or exchange, or blocks publishers;"
                    + " the log says which";
            }

            return stages.Problem;
        }
    }
}
