using System.Diagnostics;
using Telemetry.Events;
using Telemetry.Governance;
using Telemetry.Sending;

namespace Telemetry;

/// <summary>
/// Builds one event of each kind and discards it, so that the code is loaded and compiled before the first invocation needs it.
/// Nothing is sent, and neither the cloud's client nor the sender's identity is created.
/// </summary>
internal static class Preparation
{
    internal static void Run(ClientMembers members, EventGovernor governor)
    {
        var buffer = new EventBuffer(64 * 1024);
        Append(TelemetryEvent.Log(TelemetryLevel.Info, "prepare")
            .With("text", "a").With("number", 1).With("ratio", 0.5).With("sum", 1m));
        Append(TelemetryEvent.Metric("prepare", 1, "ms"));
        Append(TelemetryEvent.Audit("prepare"));
        Append(TelemetryEvent.Span(Stopped()));

        void Append(TelemetryEvent telemetryEvent)
        {
            if (telemetryEvent.IsDiscarded)
                return;
            var writer = telemetryEvent.Writer();
            governor.Govern(members.Complete(writer), writer.Body, out var governed);
            buffer.TryAppend(governed, out _, out _);
            telemetryEvent.Release();
        }
    }

    private static Activity Stopped()
    {
        var activity = new Activity("prepare").Start();
        activity.SetTag("text", "a").Stop();
        return activity;
    }
}
