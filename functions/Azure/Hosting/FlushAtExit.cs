using Microsoft.Extensions.Hosting;
using Telemetry;

namespace Functions.Azure.Hosting;

/// <summary>Sends what is left when the process is told to end (SIGTERM): after the last request, before the exit.</summary>
internal sealed class FlushAtExit : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Services stop in the reverse order of their start, and the server starts last: it has stopped when this one does.
    public Task StopAsync(CancellationToken cancellationToken) => TelemetryQueue.FlushExitAsync();
}
