using Azure.Core;
using Azure.Core.Pipeline;

namespace Telemetry.Azure;

/// <summary>
/// Notes when each try starts. A lease is counted from the try that got it: from the call's start it would
/// look older than it is by all the tries before.
/// </summary>
internal sealed class LeaseClockPolicy(TimeProvider clock) : HttpPipelineSynchronousPolicy
{
    /// <summary>The timestamp from before the try that was answered.</summary>
    public static long StartOf(HttpMessage message) =>
        message.TryGetProperty(typeof(LeaseClockPolicy), out var start) ? (long)start! : 0;

    public override void OnSendingRequest(HttpMessage message) =>
        message.SetProperty(typeof(LeaseClockPolicy), clock.GetTimestamp());
}
