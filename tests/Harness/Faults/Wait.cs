namespace Harness.Faults;

/// <summary>Waits for what nothing announces: asks again and again, bounded in real time.</summary>
internal static class Wait
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Asks until the condition holds.</summary>
    /// <param name="condition">What to wait for.</param>
    /// <param name="timeout">How long at most.</param>
    /// <param name="problem">What the exception says.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="FaultException">The time has passed.</exception>
    public static async Task UntilAsync(
        Func<Task<bool>> condition, TimeSpan timeout, Func<string> problem, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > timeout)
                throw new FaultException($"after {timeout.TotalSeconds:0} s: {problem()}");
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }
}
