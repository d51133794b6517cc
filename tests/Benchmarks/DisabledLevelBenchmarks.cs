using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging;
using Telemetry;
using Telemetry.Extensions;
using Telemetry.Listening;

namespace Benchmarks;

/// <summary>What a log costs that nobody wants: less than a look would.</summary>
[InvocationCount(1)]
[WarmupCount(1_500)]
[IterationCount(500)]
public class DisabledLevelBenchmarks
{
    private const int Logs = 20_000;

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

    [Benchmark(OperationsPerInvoke = Logs, Description = "Send, disabled level")]
    public void Plain()
    {
        for (var i = 0; i < Logs; i++)
            TelemetryQueue.Send(TelemetryEvent.Log(TelemetryLevel.Debug, "order accepted").With("orderId", i));
    }

    [Benchmark(OperationsPerInvoke = Logs, Description = "Send, disabled level, ten attributes")]
    public void TenAttributes()
    {
        for (var i = 0; i < Logs; i++)
            SendTen(i);
    }

    [Benchmark(OperationsPerInvoke = Logs, Description = "Logging provider, disabled level")]
    public void Logger()
    {
        for (var i = 0; i < Logs; i++)
            OrderLog.LookedAt(_logger, i, "c-4711");
    }

    private static void SendTen(int id) => TelemetryQueue.Send(
        TelemetryEvent.Log(TelemetryLevel.Debug, "order accepted")
            .With("orderId", id)
            .With("customer", "c-4711")
            .With("total", 129.95)
            .With("items", 3)
            .With("express", true)
            .With("currency", "EUR")
            .With("price", 12.50m)
            .With("state", "new")
            .With("warehouse", "FRA-2")
            .With("ratio", 0.25));
}
