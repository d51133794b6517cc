using Microsoft.Extensions.Hosting;

namespace Telemetry.Functions;

/// <summary>Sends what is left when the worker ends. The worker waits for no invocation, so this takes what those under way have sent.</summary>
internal sealed class FlushAtExit : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After every other service has stopped. The host kills a worker that takes longer than some seconds: the budget is the bound.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => TelemetryQueue.FlushExitAsync();
}
