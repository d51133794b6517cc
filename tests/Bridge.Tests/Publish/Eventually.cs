namespace Bridge.Tests.Publish;

/// <summary>Waits for conditions that nothing announces.</summary>
internal static class Eventually
{
    /// <summary>Asks until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not within the time.</exception>
    public static Task TrueAsync(Func<bool> condition, TimeSpan patience) =>
        TrueAsync(() => Task.FromResult(condition()), patience);

    /// <summary>Asks until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not within the time.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan patience)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > patience)
                throw new TimeoutException($"the condition did not hold within {patience}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
