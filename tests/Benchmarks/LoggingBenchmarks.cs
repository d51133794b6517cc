using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Telemetry;
using Telemetry.Extensions;
using Telemetry.Listening;

namespace Benchmarks;

/// <summary>
/// The logging provider, with everything that a client does, against the JSON console formatter writing to nowhere.
/// </summary>
[InvocationCount(1)]
[WarmupCount(1_500)]
[IterationCount(500)]
public class LoggingBenchmarks
{
    private const int Logs = 200;
    private const string Category = "Orders.CreateOrder";

    private readonly LoggerExternalScopeProvider _scopes = new();
    private readonly InvalidOperationException _exception = Thrown();
    private ServiceProvider _services = null!;
    private TelemetryClient _client = null!;
    private TelemetryQueueLoggerProvider _provider = null!;
    private ILogger _queue = null!;
    private FormatterLogger _console = null!;

    [GlobalSetup]
    public void Start()
    {
        _services = new ServiceCollection().AddLogging(logging => logging.AddJsonConsole(options => options.IncludeScopes = true))
            .BuildServiceProvider();
        var formatter = _services.GetServices<ConsoleFormatter>().Single(
            formatter => formatter.Name == ConsoleFormatterNames.Json);
        _console = new FormatterLogger(Category, formatter, _scopes);
        _client = BenchmarkClient.Create();
        _provider = new TelemetryQueueLoggerProvider(_client, new TelemetryListenerOptions());
        _provider.SetScopeProvider(_scopes);
        _queue = _provider.CreateLogger(Category);
    }

    [GlobalCleanup]
    public async Task StopAsync()
    {
        await _provider.DisposeAsync();
        await _client.DisposeAsync();
        await _services.DisposeAsync();
        _console.Dispose();
    }

    [IterationSetup]
    public void Empty()
    {
        if (!_client.FlushAsync().GetAwaiter().GetResult().IsComplete)
            throw new InvalidOperationException("the buffer is not empty");
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Logs, Description = "JSON console formatter")]
    public void Console() => LogMany(_console);

    [Benchmark(OperationsPerInvoke = Logs, Description = "TelemetryQueue")]
    public void Queue() => LogMany(_queue);

    [Benchmark(OperationsPerInvoke = Logs, Description = "JSON console formatter, in a scope")]
    public void ConsoleInScope() => LogManyInScope(_console);

    [Benchmark(OperationsPerInvoke = Logs, Description = "TelemetryQueue, in a scope")]
    public void QueueInScope() => LogManyInScope(_queue);

    [Benchmark(OperationsPerInvoke = Logs, Description = "JSON console formatter, with an exception")]
    public void ConsoleWithException() => LogManyExceptions(_console);

    [Benchmark(OperationsPerInvoke = Logs, Description = "TelemetryQueue, with an exception")]
    public void QueueWithException() => LogManyExceptions(_queue);

    private static void LogMany(ILogger logger)
    {
        for (var i = 0; i < Logs; i++)
            OrderLog.Accepted(logger, 12_345_678, "c-4711", 3, 129.95, "EUR");
    }

    private static void LogManyInScope(ILogger logger)
    {
        using (logger.BeginScope("order {OrderId} in {Warehouse}", 12_345_678, "FRA-2"))
            LogMany(logger);
    }

    private void LogManyExceptions(ILogger logger)
    {
        for (var i = 0; i < Logs; i++)
            logger.LogError(_exception, "order {OrderId} failed", 12_345_678);
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("no stock");
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }
}
