namespace Telemetry.Sending;

/// <summary>A token that ends with the caller's token or with a time of our own, whichever comes first.</summary>
internal sealed class TimeBudget : IDisposable
{
    // What a timer can hold; nobody waits that long.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _time;
    private readonly CancellationTokenSource _both;

    /// <param name="span">The time; zero or less is over at once.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="caller">Ends it earlier.</param>
    internal TimeBudget(TimeSpan span, TimeProvider clock, CancellationToken caller)
    {
        _caller = caller;
        _time = new CancellationTokenSource(TimeSpan.FromTicks(Math.Clamp(span.Ticks, 0, Longest.Ticks)), clock);
        _both = CancellationTokenSource.CreateLinkedTokenSource(_time.Token, caller);
    }

    internal CancellationToken Token => _both.Token;

    /// <summary>The time is over, and it was not the caller who ended it.</summary>
    internal bool IsOver => _time.IsCancellationRequested && !_caller.IsCancellationRequested;

    public void Dispose()
    {
        _both.Dispose();
        _time.Dispose();
    }
}
