namespace Telemetry.Tests.Support;

/// <summary>Waits for what another task brings about: polls, bounded in real time.</summary>
internal static class Eventually
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal static async Task TrueAsync(Func<bool> condition, TimeSpan? patience = null)
    {
        using var bound = new CancellationTokenSource(patience ?? Patience);
        while (!condition())
        {
            Assert.False(bound.IsCancellationRequested, "the condition did not come true in time");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
        }
    }
}
