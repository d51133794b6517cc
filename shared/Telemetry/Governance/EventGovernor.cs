using System.Diagnostics;
using Telemetry.Events;

namespace Telemetry.Governance;

/// <summary>
/// Applies redaction, limits of size and sampling. Every event passes here before it leaves the process. Safe for use by several
/// threads at once; allocates nothing in steady state.
/// </summary>
internal sealed class EventGovernor
{
    private readonly TraceSampling _sampling;
    private readonly SecretScan _scan;
    private readonly EventRewriter _rewriter;
    private readonly int _smallestLimit;

    internal EventGovernor(RedactionOptions redaction, EventLimits limits, double samplingRatio)
    {
        var names = new SecretNames(redaction.Names);
        _sampling = new TraceSampling(samplingRatio);
        _scan = new SecretScan(redaction.Patterns, names);
        _rewriter = new EventRewriter(new TextRedactor(redaction.Patterns, names), names, limits);
        _smallestLimit = limits.Smallest;
    }

    /// <summary>Whether an event of a trace is kept; metrics and audit events always are.</summary>
    internal bool Samples(EventWriter writer)
    {
        if (_sampling.KeepsAll || writer.Style is not (EventStyle.Log or EventStyle.Span))
            return true;
        return writer.HasOwnTrace ? _sampling.Keeps(writer.Trace) : _sampling.KeepsCurrent();
    }

    /// <summary>Whether a trace is kept as a whole.</summary>
    internal bool Samples(in ActivityTraceId trace) => _sampling.Keeps(trace);

    /// <summary>Removes the secrets from an event that was built here, and cuts what is too large.</summary>
    /// <param name="json">The event.</param>
    /// <param name="body">The part with values from callers.</param>
    /// <param name="result">The event that may leave the process; valid until the thread's next event.</param>
    /// <returns>Null, or the reason for which the event must not leave.</returns>
    internal string? Govern(ReadOnlySpan<byte> json, Range body, out ReadOnlySpan<byte> result) =>
        json.Length > _smallestLimit || _scan.Suspects(json[body])
            ? Rewrite(json, withLimits: true, out result)
            : Pass(json, out result);

    /// <summary>Removes the secrets from an event that was JSON already. Limits of size do not apply.</summary>
    internal string? GovernReady(ReadOnlySpan<byte> json, out ReadOnlySpan<byte> result) =>
        _scan.Suspects(json) ? Rewrite(json, withLimits: false, out result) : Pass(json, out result);

    private static string? Pass(ReadOnlySpan<byte> json, out ReadOnlySpan<byte> result)
    {
        result = json;
        return null;
    }

    private string? Rewrite(ReadOnlySpan<byte> json, bool withLimits, out ReadOnlySpan<byte> result)
    {
        var scratch = RewriteScratch.Mine;
        var written = _rewriter.TryRewrite(json, withLimits, scratch);
        result = written ? scratch.Event.Span : default;
        return written ? null : $"{json.Length} bytes that are no valid JSON and may hold a secret: an event is one JSON object";
    }
}
