using Telemetry;
using Telemetry.Queues;

namespace Benchmarks;

/// <summary>A client as a function has it, with everything on, over a queue that costs nothing.</summary>
internal static class BenchmarkClient
{
    internal static TelemetryClient Create(LevelRules? levels = null)
    {
        const string url = "https://account.queue.core.windows.net/telemetry";
        if (!QueueEndpoint.TryParse(url, null, null, out var endpoint, out var error))
            throw new InvalidOperationException(error);
        var options = new TelemetryOptions
        {
            Queue = endpoint,
            Service = "orders",
            Release = "2026.11.3",
            Instance = "2026/11/20/[$LATEST]0f9c2b7a41d84e6f",
            Levels = levels ?? LevelRules.Everything,
        };
        return new TelemetryClient(options, () => new DiscardingQueue(), TimeProvider.System);
    }
}
