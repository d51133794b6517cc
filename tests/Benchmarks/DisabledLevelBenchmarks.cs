using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Extensions;

namespace Benchmarks;

/// <summary>What a log costs that nobody wants: less than a look would.</summary>
public class DisabledLevelBenchmarks
{
    private TelemetryClient _client = null!;
    private TelemetryQueueLoggerProvider _provider = null!;
    private ILogger _logger = null!;

    [GlobalSetup]
    public void Start()
    {
        TelemetryQueue.Client = _client = BenchmarkClient.Create(LevelRules.Parse("info"));
        _provider = new TelemetryQueueLoggerProvider(_client, new TelemetryListenerOptions());
        _logger = _provider.CreateLogger("Orders.CreateOrder");
    }

    [GlobalCleanup]
    public async Task StopAsync()
    {
        TelemetryQueue.Client = null;
        await _provider.DisposeAsync();
        await _client.DisposeAsync();
    }

    [Benchmark(Description = "Send, disabled level")]
    public void Plain() => TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Debug, "order accepted").With("orderId", 12_345_678));

    [Benchmark(Description = "Send, disabled level, ten attributes")]
    public void TenAttributes() => TelemetryQueue.Send(
        TelemetryEvent.Log(TelemetryLevel.Debug, "order accepted")
            .With("orderId", 12_345_678)
            .With("customer", "c-4711")
            .With("total", 129.95)
            .With("items", 3)
            .With("express", true)
            .With("currency", "EUR")
            .With("price", 12.50m)
            .With("state", "new")
            .With("warehouse", "FRA-2")
            .With("ratio", 0.25));

    [Benchmark(Description = "Logging provider, disabled level")]
    public void Logger() => OrderLog.LookedAt(_logger, 12_345_678, "c-4711");

    [Benchmark(Description = "IsEnabled, disabled level with a category")]
    public bool IsEnabled() => _client.IsEnabled(TelemetryLevel.Debug, "Orders.Payment");
}
