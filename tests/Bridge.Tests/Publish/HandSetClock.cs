namespace Bridge.Tests.Publish;

/// <summary>A clock that moves only when told; it fires no timers.</summary>
internal sealed class HandSetClock : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public void Advance(TimeSpan span) => _ticks += span.Ticks;
}
