using BenchmarkDotNet.Attributes;
using Telemetry;

namespace Benchmarks;

/// <summary>What a log costs that nobody wants: less than a look would.</summary>
public class DisabledLevelBenchmarks
{
    private TelemetryClient _client = null!;

    [GlobalSetup]
    public void Start() => _client = BenchmarkClient.Create(LevelRules.Parse("info"));

    [GlobalCleanup]
    public ValueTask StopAsync() => _client.DisposeAsync();

    [Benchmark(Description = "Send, disabled level")]
    public void Plain() => _client.Send(TelemetryEvent.Log(TelemetryLevel.Debug, "order accepted").With("orderId", 12_345_678));

    [Benchmark(Description = "Send, disabled level, ten attributes")]
    public void TenAttributes() => _client.Send(
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

    [Benchmark(Description = "IsEnabled, disabled level with a category")]
    public bool IsEnabled() => _client.IsEnabled(TelemetryLevel.Debug, "Orders.Payment");
}
