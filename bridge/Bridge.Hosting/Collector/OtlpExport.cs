using System.Reflection;
using Bridge.Core.Diagnostics;
using Bridge.Core.Running;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Telemetry.Queues;

namespace Bridge.Hosting.Collector;

/// <summary>
/// Sends the meter and, sampled, the spans of <c>Bridge</c> to a collector. Made only where an endpoint is configured: without one, not even the SDK is loaded.
/// Disposing sends what is left.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    private readonly OtlpTroubles _troubles;
    private readonly MeterProvider _meters;
    private readonly TracerProvider? _traces;

    /// <param name="options">With an endpoint, valid.</param>
    /// <param name="replica">Tells this replica's metrics from those of others.</param>
    /// <param name="log">Told when the collector does not take them.</param>
    /// <param name="clock">Keeps that from being told all the time.</param>
    public OtlpExport(OtlpOptions options, ReplicaName replica, ILogger<OtlpExport> log, TimeProvider clock)
    {
        _troubles = new OtlpTroubles(log, clock);
        var resource = ResourceBuilder.CreateDefault()
            .AddService("telemetry-bridge", serviceVersion: Version(), serviceInstanceId: replica.Value);
        _meters = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(MessagingAttributes.Scope)
            .AddOtlpExporter((exporter, reader) =>
            {
                Configure(exporter, options, "v1/metrics", _troubles);
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.Interval.TotalMilliseconds;
            })
            .Build();
        _traces = options.TraceRatio > 0 ? Traces(options, resource, _troubles) : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _traces?.Dispose();
        _meters.Dispose();
        _troubles.Dispose();
    }

    private static TracerProvider Traces(
        OtlpOptions options, ResourceBuilder resource, OtlpTroubles troubles) => Sdk.CreateTracerProviderBuilder()
        .SetResourceBuilder(resource)
        .AddSource(MessagingAttributes.Scope)
        .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.TraceRatio)))
        .AddOtlpExporter(exporter => Configure(exporter, options, "v1/traces", troubles))
        .Build();

    private static void Configure(OtlpExporterOptions exporter, OtlpOptions options, string path, OtlpTroubles troubles)
    {
        // The SDK appends the path only to what it reads from the environment by itself.
        var endpoint = options.Endpoint!.TrimEnd('/');
        var isHttp = options.Protocol is OtlpOptions.Http;
        exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = new Uri(isHttp ? $"{endpoint}/{path}" : endpoint);
        exporter.Headers = options.Headers;
        exporter.HttpClientFactory = () => new HttpClient(new CollectorWatch(troubles, QueueHttp.NewHandler()))
        {
            Timeout = TimeSpan.FromMilliseconds(exporter.TimeoutMilliseconds),
        };
    }

    private static string? Version() =>
        typeof(OtlpExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
}
