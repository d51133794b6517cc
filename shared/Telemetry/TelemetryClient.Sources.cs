using System.Diagnostics;
using Telemetry.Sending;

namespace Telemetry;

/// <content>What the sources of events in this library ask of the client.</content>
public sealed partial class TelemetryClient
{
    /// <summary>The clock of all waits.</summary>
    internal TimeProvider Clock => _clock;

    /// <summary>Whoever sums up is asked at the beginning of each flush to hand over what there is.</summary>
    internal void AskBeforeFlush(Action source)
    {
        lock (_counters)
            _beforeFlush += source;
    }

    internal void AskNoMore(Action source)
    {
        lock (_counters)
            _beforeFlush -= source;
    }

    /// <summary>The least level at which a category's logs are sent.</summary>
    internal TelemetryLevel LeastLevel(string category) => _options.Levels.Of(category);

    /// <summary>Whether sampling keeps a trace.</summary>
    internal bool Keeps(ActivityTraceId trace) => _governor.Samples(trace);

    /// <summary>Gives up an event that could not be made.</summary>
    internal void Reject(string problem)
    {
        _counters.Accept();
        Drop(1, $"dropped an event: {problem}");
    }

    /// <summary>Tells of trouble that cost no event.</summary>
    internal void ReportFailure(string problem) => _trouble.Failed(TroubleReport.Trouble.Listening, problem);
}
