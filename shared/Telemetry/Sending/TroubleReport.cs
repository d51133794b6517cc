namespace Telemetry.Sending;

/// <summary>Reports problems: the first of each kind, then at most one each minute.</summary>
internal sealed class TroubleReport(Action<string> report, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly long?[] _reportedAt = new long?[(int)Trouble.Listening + 1];

    internal enum Trouble
    {
        /// <summary>The queue does not accept events.</summary>
        Sending,

        /// <summary>Events were dropped.</summary>
        Dropped,

        /// <summary>A callback of an instrument failed.</summary>
        Listening,
    }

    internal void Failed(Trouble kind, string detail)
    {
        lock (_gate)
        {
            if (_reportedAt[(int)kind] is { } last && clock.GetElapsedTime(last) < Interval)
                return;
            _reportedAt[(int)kind] = clock.GetTimestamp();
        }

        try
        {
            report($"telemetry: {detail}");
        }
        catch (Exception)
        {
            // A failure of the report itself, such as a closed standard error, must not fail the function.
        }
    }

    /// <summary>The next failure to send is reported at once.</summary>
    internal void Recovered()
    {
        lock (_gate)
            _reportedAt[(int)Trouble.Sending] = null;
    }
}
