using Telemetry.Lambda;

namespace Functions.Tests.Aws;

/// <summary>A Lambda runtime in this process, with a handler of the test's own.</summary>
internal sealed class RunningRuntime : IAsyncDisposable
{
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly LambdaRuntime _runtime;
    private readonly Task<int> _running;

    public RunningRuntime(FakeRuntimeApi api, Func<LambdaHandler> initialise)
    {
        _runtime = new LambdaRuntime(api.Host, TimeProvider.System);
        _running = _runtime.RunAsync(initialise, _stop.Token);
    }

    public RunningRuntime(FakeRuntimeApi api, LambdaHandler handler)
        : this(api, () => handler)
    {
    }

    public Task<int> EndAsync() => _running.WaitAsync(TestTimeout);

    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _runtime.Dispose();
        _stop.Dispose();
    }
}
