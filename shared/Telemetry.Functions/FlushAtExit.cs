using Microsoft.Extensions.Hosting;

namespace Telemetry.Functions;

/// <summary>
/// Sends the buffered events when the worker ends. The worker does not wait for running invocations, so their events so far are
/// sent.
/// </summary>
internal sealed class FlushAtExit : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Flushes after every other service has stopped. The host kills a worker that takes longer than a few seconds, so the flush
    /// budget limits this.
    /// </summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => TelemetryQueue.FlushExitAsync();
}
