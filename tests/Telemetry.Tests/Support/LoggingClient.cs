using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Telemetry.Listening;

namespace Telemetry.Tests.Support;

/// <summary>Logging as an application sets it up, over a queue in memory.</summary>
internal sealed class LoggingClient : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    internal LoggingClient(
        Func<TelemetryOptions, TelemetryOptions>? change = null, Action<TelemetryListenerOptions>? listen = null)
    {
        Test = new TestClient(change);
        _services = new ServiceCollection().AddSingleton(Test.Client)
            .AddLogging(logging => logging
                .SetMinimumLevel(LogLevel.Trace)
                .AddFilter("Quiet", LogLevel.None)
                .AddTelemetryQueue(listen)
                .Configure(options => options.ActivityTrackingOptions =
                    ActivityTrackingOptions.SpanId | ActivityTrackingOptions.TraceId | ActivityTrackingOptions.ParentId))
            .BuildServiceProvider();
    }

    internal TestClient Test { get; }

    internal JsonElement SingleEvent => Test.SingleEvent;

    internal JsonElement SingleAttributes => SingleEvent.GetProperty("attributes");

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Test.DisposeAsync();
    }

    internal ILogger Logger(string category) => _services.GetRequiredService<ILoggerFactory>().CreateLogger(category);

    internal Task FlushedAsync() => Test.FlushedAsync();

    internal ValueTask EndLoggingAsync() => _services.DisposeAsync();
}
