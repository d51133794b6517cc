namespace Telemetry.Sending;

/// <summary>Tells people about trouble, but not with every attempt: the first of a kind, then once a minute.</summary>
internal sealed class TroubleReport(Action<string> report, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly long?[] _reportedAt = new long?[(int)Trouble.Listening + 1];

    internal enum Trouble
    {
        /// <summary>The queue does not take what waits.</summary>
        Sending,

        /// <summary>Events were given up.</summary>
        Dropped,

        /// <summary>Code that is listened to failed when it was asked.</summary>
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
            // The last place to tell anyone; what fails here (a closed standard error) must not fail the function.
        }
    }

    /// <summary>The next failure to send is news again.</summary>
    internal void Recovered()
    {
        lock (_gate)
            _reportedAt[(int)Trouble.Sending] = null;
    }
}
