namespace Telemetry.Sending;

/// <summary>Tells people about trouble, but not with every attempt: the first of a kind, then once a minute.</summary>
internal sealed class TroubleReport(Action<string> report, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private string? _last;
    private long _reportedAt;

    internal void Failed(string trouble)
    {
        lock (_gate)
        {
            if (trouble == _last && clock.GetElapsedTime(_reportedAt) < Interval)
                return;
            _last = trouble;
            _reportedAt = clock.GetTimestamp();
        }

        report($"telemetry: {trouble}");
    }

    internal void Recovered()
    {
        lock (_gate)
            _last = null;
    }
}
