using System.Diagnostics;
using Telemetry.Sending;

namespace Telemetry;

/// <content>Members for the other sources of events in these libraries: listeners, loggers and OTLP.</content>
public sealed partial class TelemetryClient
{
    /// <summary>The clock of all waits.</summary>
    internal TimeProvider Clock => _clock;

    /// <summary>
    /// Adds a source that sums up measurements. It is called at the beginning of each flush and sends what it has.
    /// </summary>
    internal void AddBeforeFlush(Action source)
    {
        lock (_counters)
            _beforeFlush += source;
    }

    internal void RemoveBeforeFlush(Action source)
    {
        lock (_counters)
            _beforeFlush -= source;
    }

    /// <summary>The lowest level at which a category's logs are sent.</summary>
    internal TelemetryLevel LeastLevel(string category) => _options.Levels.MinimumFor(category);

    /// <summary>Whether sampling keeps a trace.</summary>
    internal bool Keeps(ActivityTraceId trace) => _governor.Samples(trace);

    /// <summary>Counts and reports an event that could not be built.</summary>
    internal void Reject(string problem)
    {
        _counters.Accept();
        Drop(1, $"dropped an event: {problem}");
    }

    /// <summary>Reports a failure that lost no event.</summary>
    internal void ReportFailure(string problem) => _trouble.Failed(TroubleReport.Trouble.Listening, problem);
}
