namespace Local.Demo;

internal static class DemoRun
{
    public static Task<int> RunAsync(bool once, CancellationToken c) => Task.FromResult(once && c.CanBeCanceled ? 0 : 1);
}
