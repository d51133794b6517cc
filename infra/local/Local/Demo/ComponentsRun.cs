namespace Local.Demo;

/// <summary>Broker and queue emulators for a developer's own programs, until the process is asked to end.</summary>
internal static class ComponentsRun
{
    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var components = await LocalComponents.StartAsync(cancellationToken);
        Console.WriteLine(Addresses.Of(components));
        Console.WriteLine("Ready. Ctrl-C ends it.");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }
}
