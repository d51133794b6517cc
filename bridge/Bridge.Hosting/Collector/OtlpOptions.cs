using Microsoft.Extensions.Configuration;

namespace Bridge.Hosting.Collector;

/// <summary>
/// Sends the bridge's own metrics and traces to an OpenTelemetry collector: the section <c>Bridge:Otlp</c>. When it has no
/// endpoint, <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, <c>_PROTOCOL</c> and <c>_HEADERS</c> are used. Without any endpoint nothing is
/// sent.
/// </summary>
internal sealed record OtlpOptions
{
    /// <summary>The configuration section that these are bound from.</summary>
    public const string Section = "Bridge:Otlp";

    /// <summary>OTLP over HTTP with Protocol Buffers.</summary>
    public const string Http = "http/protobuf";

    /// <summary>OTLP over gRPC.</summary>
    public const string Grpc = "grpc";

    /// <summary>
    /// The collector's address, such as <c>http://127.0.0.1:4318</c>, without a path such as <c>/v1/metrics</c>. Default none:
    /// nothing is sent.
    /// </summary>
    public string? Endpoint { get; init; }

    /// <summary><c>http/protobuf</c> (default; usual port 4318) or <c>grpc</c> (usual port 4317).</summary>
    public string Protocol { get; init; } = Http;

    /// <summary>Headers of each request, as <c>name=value,name=value</c>. A secret. Default none.</summary>
    public string? Headers { get; init; }

    /// <summary>How often metrics are sent, 1 s to 1 h. Default 30 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Share of the traces that is sent, 0 to 1. Default 0.01. A trace has one span for a queue message and one for each batch.
    /// With 0 no spans are created.
    /// </summary>
    public double TraceRatio { get; init; } = 0.01;

    /// <summary>True when an endpoint is configured.</summary>
    public bool IsOn => !string.IsNullOrWhiteSpace(Endpoint);

    /// <summary>These options, or OpenTelemetry's own environment variables when these options have no endpoint.</summary>
    public OtlpOptions OrStandard(IConfiguration configuration) => IsOn ? this : this with
    {
        Endpoint = configuration["OTEL_EXPORTER_OTLP_ENDPOINT"],
        Protocol = configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] ?? Protocol,
        Headers = configuration["OTEL_EXPORTER_OTLP_HEADERS"] ?? Headers,
    };

    /// <summary>All errors, one line each.</summary>
    public IEnumerable<string> Validate()
    {
        if (IsOn
            && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", UserInfo: "" }))
        {
            yield return $"{Section}:Endpoint is no address of a collector: give http://HOST:4318, and credentials in"
                + $" {Section}:Headers";
        }

        if (Protocol is not (Http or Grpc))
            yield return $"{Section}:Protocol is '{Protocol}': give {Http} or {Grpc}";
        if (Interval < TimeSpan.FromSeconds(1) || Interval > TimeSpan.FromHours(1))
            yield return $"{Section}:Interval is {Interval}: give 00:00:01 to 01:00:00";
        if (TraceRatio is not (>= 0 and <= 1))
            yield return $"{Section}:TraceRatio is {TraceRatio}: give 0 to 1, the share of traces to send";
    }

    /// <summary>Only the endpoint, since the headers are secret.</summary>
    public override string ToString() => Endpoint ?? "off";
}
