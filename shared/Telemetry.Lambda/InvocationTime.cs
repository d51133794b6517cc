namespace Telemetry.Lambda;

/// <summary>The time that an invocation still has, counted from now.</summary>
/// <param name="remaining">The time that the platform reports.</param>
/// <param name="clock">Its monotonic time is used.</param>
internal sealed class InvocationTime(TimeSpan remaining, TimeProvider clock)
{
    // Time that is reserved for sending the answer before the platform ends the invocation.
    private static readonly TimeSpan LongestReserve = TimeSpan.FromMilliseconds(500);

    private readonly long _began = clock.GetTimestamp();

    // Bounded above, because a timer takes no longer time.
    private readonly TimeSpan _remaining = TimeSpan.FromTicks(Math.Clamp(remaining.Ticks, 0, TimeSpan.TicksPerDay));

    /// <summary>Time until the platform ends the invocation; zero or less after that.</summary>
    internal TimeSpan Left => _remaining - clock.GetElapsedTime(_began);

    /// <summary>Time until the answer must be ready.</summary>
    internal TimeSpan LeftToAnswer => Left - Reserve;

    private TimeSpan Reserve => _remaining / 10 < LongestReserve ? _remaining / 10 : LongestReserve;

    /// <summary>Runs a handler with a token that is cancelled when its answer must be ready.</summary>
    /// <exception cref="TimeoutException">The token was cancelled and the handler ended because of it.</exception>
    internal async Task<ReadOnlyMemory<byte>> RunAsync(LambdaHandler handler, LambdaInvocation invocation)
    {
        using var time = new CancellationTokenSource(_remaining - Reserve, clock);
        try
        {
            return await handler(invocation, time.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (time.IsCancellationRequested)
        {
            throw new TimeoutException(FormattableString.Invariant(
                $"cancelled {Reserve.TotalMilliseconds:0} ms before the invocation's deadline"), e);
        }
    }
}
