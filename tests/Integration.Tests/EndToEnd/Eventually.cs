namespace Integration.Tests.EndToEnd;

/// <summary>Waits for what nothing announces.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks until the condition holds.</summary>
    /// <param name="condition">What to wait for.</param>
    /// <param name="patience">How long at most.</param>
    /// <param name="problem">What the failure says.</param>
    public static Task HoldsAsync(Func<bool> condition, TimeSpan patience, Func<string> problem) =>
        HoldsAsync(() => Task.FromResult(condition()), patience, () => Task.FromResult(problem()));

    /// <summary>Asks until the condition holds.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> condition, TimeSpan patience, Func<Task<string>> problem)
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
