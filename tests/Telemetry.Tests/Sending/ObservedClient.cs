using System.Diagnostics.Tracing;
using System.Globalization;
using System.Text;
using Azure.Core.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Telemetry.Listening;
using Telemetry.Otlp;
using Telemetry.Queues;
using Telemetry.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Tests.Sending;

/// <summary>
/// A client under every way of listening at once: all activity sources, the meters of .NET's network code, logs that Azure.Core's
/// events are forwarded to, and OpenTelemetry's SDK over its exporter.
/// </summary>
internal sealed class ObservedClient : IAsyncDisposable
{
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(30);

    private readonly ServiceProvider _services;
    private readonly AzureEventSourceListener _azure;
    private readonly TelemetryListeners _listeners;
    private readonly TracerProvider _traces;
    private readonly MeterProvider _meters;
    private readonly Tap _tap;
    private readonly string _port;

    /// <param name="queue">Sends; the client disposes it.</param>
    /// <param name="port">
    /// The port of its server: metrics of others, whose connections end while this is running, do not count.
    /// </param>
    internal ObservedClient(IQueueSender queue, int port)
    {
        _port = $"\"server.port\":{port.ToString(CultureInfo.InvariantCulture)}";
        _tap = new Tap(queue);
        Client = new TelemetryClient(
            new TelemetryOptions { Queue = TestClient.Endpoint, FlushInterval = TimeSpan.FromHours(1), Report = _ => { } },
            () => _tap,
            TimeProvider.System);
        _listeners = TelemetryListeners.Start(Client, options =>
        {
            options.ActivitySources.Add("*");
            options.Meters.Add("System.Net.*");
            options.MetricInterval = TimeSpan.FromMilliseconds(20);
        });
        _services = new ServiceCollection().AddSingleton(Client)
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddTelemetryQueue()).BuildServiceProvider();
        var log = _services.GetRequiredService<ILoggerFactory>().CreateLogger("Azure.Core");
        _azure = new AzureEventSourceListener(
            (e, message) => log.LogInformation("{Event}: {Message}", e.EventName, message), EventLevel.Verbose);
        _traces = Sdk.CreateTracerProviderBuilder().AddSource("System.Net.Http").AddOtlpExporter(Over).Build();
        _meters = Sdk.CreateMeterProviderBuilder().AddMeter("System.Net.Http").AddOtlpExporter(Over).Build();
    }

    internal TelemetryClient Client { get; }

    /// <summary>Events of the test that were sent.</summary>
    internal int Sent => _tap.Events.Count(IsOfTheTest);

    /// <summary>Events that nobody sent on purpose.</summary>
    internal IReadOnlyList<string> Observed => [.. _tap.Events.Where(json => !IsOfTheTest(json) && !IsOfOthers(json))];

    public async ValueTask DisposeAsync()
    {
        _traces.Dispose();
        _meters.Dispose();
        _azure.Dispose();
        _listeners.Dispose();
        await Client.DisposeAsync();
        await _services.DisposeAsync();
    }

    internal Task<FlushResult> FlushAsync()
    {
        _traces.ForceFlush();
        _meters.ForceFlush();
        return Client.FlushAsync(TestTimeout);
    }

    private static bool IsOfTheTest(string json) => json.StartsWith("{\"n\":", StringComparison.Ordinal);

    // The test's own server is in this process, too.
    private bool IsOfOthers(string json) => json.Contains("Microsoft.AspNetCore", StringComparison.Ordinal)
        || json.Contains("TLS server", StringComparison.Ordinal)
        || (json.Contains("\"style\":\"metric", StringComparison.Ordinal) && !json.Contains(_port, StringComparison.Ordinal));

    private void Over(OtlpExporterOptions exporter)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.HttpClientFactory = () => new HttpClient(new OtlpQueueHandler(Client));
    }

    // Keeps what it passes on.
    private sealed class Tap(IQueueSender queue) : IQueueSender
    {
        private readonly List<byte[]> _texts = [];

        internal IReadOnlyList<string> Events
        {
            get
            {
                using var receiver = new CodecReceiver(KeyRing.Empty, CodecLimits.Default);
                _texts.ForEach(text => receiver.Receive(text));
                return [.. receiver.Batches.SelectMany(batch => batch.Events).Select(Encoding.UTF8.GetString)];
            }
        }

        public ValueTask<QueueLimits> GetLimitsAsync(CancellationToken cancellationToken) =>
            queue.GetLimitsAsync(cancellationToken);

        public Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
        {
            _texts.AddRange(messages.Select(message => message.ToArray()));
            return queue.SendAsync(messages, cancellationToken);
        }

        public ValueTask DisposeAsync() => queue.DisposeAsync();
    }
}
