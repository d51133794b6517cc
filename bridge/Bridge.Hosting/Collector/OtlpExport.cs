using Bridge.Core.Diagnostics;
using Bridge.Core.Running;
using Bridge.Hosting.Metrics;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Telemetry.Queues;

namespace Bridge.Hosting.Collector;

/// <summary>
/// Sends the metrics and a sample of the traces of <c>Bridge</c> to a collector. It is created only when an endpoint is
/// configured; otherwise the SDK is not even loaded. Disposing sends the remaining data.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    private readonly CollectorFailures _failures;
    private readonly MeterProvider _meters;
    private readonly TracerProvider? _traces;

    /// <param name="options">Valid options with an endpoint.</param>
    /// <param name="replica">Distinguishes this replica's metrics from those of others.</param>
    /// <param name="log">Receives a warning when the collector does not accept the data.</param>
    /// <param name="clock">Limits how often that warning is written.</param>
    public OtlpExport(OtlpOptions options, ReplicaName replica, ILogger<OtlpExport> log, TimeProvider clock)
    {
        _failures = new CollectorFailures(log, clock);
        var resource = ResourceBuilder.CreateDefault()
            .AddService("telemetry-bridge", serviceVersion: ProcessMetrics.Version, serviceInstanceId: replica.Value);
        _meters = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(MessagingAttributes.Scope)
            .AddOtlpExporter((exporter, reader) =>
            {
                Configure(exporter, options, "v1/metrics", _failures);
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.Interval.TotalMilliseconds;
            })
            .Build();
        _traces = options.TraceRatio > 0 ? Traces(options, resource, _failures) : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _traces?.Dispose();
        _meters.Dispose();
        _failures.Dispose();
    }

    private static TracerProvider Traces(
        OtlpOptions options, ResourceBuilder resource, CollectorFailures failures) => Sdk.CreateTracerProviderBuilder()
        .SetResourceBuilder(resource)
        .AddSource(MessagingAttributes.Scope)
        .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.TraceRatio)))
        .AddOtlpExporter(exporter => Configure(exporter, options, "v1/traces", failures))
        .Build();

    private static void Configure(OtlpExporterOptions exporter, OtlpOptions options, string path, CollectorFailures failures)
    {
        // The SDK appends the path only to an endpoint that it reads from the environment itself.
        var endpoint = options.Endpoint!.TrimEnd('/');
        var isHttp = options.Protocol is OtlpOptions.Http;
        exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = new Uri(isHttp ? $"{endpoint}/{path}" : endpoint);
        exporter.Headers = options.Headers;
        exporter.HttpClientFactory = () => new HttpClient(new CollectorWatch(failures, QueueHttp.NewHandler()))
        {
            Timeout = TimeSpan.FromMilliseconds(exporter.TimeoutMilliseconds),
        };
    }
}
