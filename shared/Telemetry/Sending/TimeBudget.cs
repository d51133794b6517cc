namespace Telemetry.Sending;

/// <summary>A token that is cancelled by the caller's token or after a time, whichever comes first.</summary>
internal sealed class TimeBudget : IDisposable
{
    // A timer cannot hold more.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _time;
    private readonly CancellationTokenSource _both;

    /// <param name="span">The time; zero or less cancels at once.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="caller">Ends it earlier.</param>
    internal TimeBudget(TimeSpan span, TimeProvider clock, CancellationToken caller)
    {
        _caller = caller;
        _time = new CancellationTokenSource(TimeSpan.FromTicks(Math.Clamp(span.Ticks, 0, Longest.Ticks)), clock);
        _both = CancellationTokenSource.CreateLinkedTokenSource(_time.Token, caller);
    }

    internal CancellationToken Token => _both.Token;

    /// <summary>True when the time has passed and the caller has not cancelled.</summary>
    internal bool IsOver => _time.IsCancellationRequested && !_caller.IsCancellationRequested;

    public void Dispose()
    {
        _both.Dispose();
        _time.Dispose();
    }
}
