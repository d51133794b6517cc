namespace Support;

/// <summary>Waits for what nothing announces: asks again and again, bounded in real time.</summary>
internal static class Eventually
{
    /// <summary>How long a test waits for what should take no time.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Asks until the condition holds.</summary>
    internal static Task TrueAsync(Func<bool> condition, TimeSpan? patience = null) =>
        TrueAsync(() => Task.FromResult(condition()), patience);

    /// <summary>Asks until the condition holds.</summary>
    internal static Task TrueAsync(Func<Task<bool>> condition, TimeSpan? patience = null) =>
        HoldsAsync(condition, patience ?? Patience, () => Task.FromResult("the condition does not hold"));

    /// <summary>Asks until the condition holds.</summary>
    /// <param name="condition">What to wait for.</param>
    /// <param name="patience">How long at most.</param>
    /// <param name="problem">What the failure says.</param>
    internal static Task HoldsAsync(Func<bool> condition, TimeSpan patience, Func<string> problem) =>
        HoldsAsync(() => Task.FromResult(condition()), patience, () => Task.FromResult(problem()));

    /// <summary>Asks until the condition holds.</summary>
    internal static async Task HoldsAsync(Func<Task<bool>> condition, TimeSpan patience, Func<Task<string>> problem)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > patience)
                Assert.Fail($"after {patience.TotalSeconds:0} s: {await problem()}");
            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}
