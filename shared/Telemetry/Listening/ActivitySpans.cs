using System.Diagnostics;
using Telemetry.Sending;

namespace Telemetry.Listening;

/// <summary>Sends every stopped activity of some sources as a span.</summary>
internal sealed class ActivitySpans : IDisposable
{
    private readonly ActivityListener _listener;

    internal ActivitySpans(TelemetryClient client, NamePatterns sources)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => sources.Match(source.Name),
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => Sample(client, options.TraceId),
            SampleUsingParentId = (ref ActivityCreationOptions<string> _) =>
                OwnSending.IsUnderWay ? ActivitySamplingResult.None : ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => Send(client, activity),
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    private static void Send(TelemetryClient client, Activity activity)
    {
        try
        {
            client.Send(TelemetryEvent.Span(activity));
        }
        catch (Exception e)
        {
            // Whatever fails here must not fail the code that stops its activity.
            client.Reject($"an activity of {activity.Source.Name} failed to become an event: {e.GetType().Name}");
        }
    }

    // An activity holds its data even if its trace is not kept, because failed activities are sent, and only the end shows a
    // failure.
    private static ActivitySamplingResult Sample(TelemetryClient client, ActivityTraceId trace) =>
        OwnSending.IsUnderWay ? ActivitySamplingResult.None
        : client.Keeps(trace) ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.AllData;
}
