using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Telemetry.Otlp;

namespace Telemetry;

/// <summary>
/// Stands in for the network under an OTLP/HTTP exporter of OpenTelemetry: every span, log record and data point that is exported becomes an
/// event of its own and goes through the client, under its options. Nothing is sent anywhere else.
/// <code>exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
/// exporter.HttpClientFactory = () =&gt; new HttpClient(new OtlpQueueHandler());</code>
/// It answers 200 for what was read, 400 for what is no OTLP, 404 for a path that ends with neither <c>v1/traces</c>, <c>v1/metrics</c> nor
/// <c>v1/logs</c>, and 415 for JSON and for a <c>Content-Encoding</c> other than <c>gzip</c>.
/// </summary>
/// <param name="client">Sends; <see cref="TelemetryQueue.Client"/> when null, and nothing where that is null too.</param>
public sealed class OtlpQueueHandler(TelemetryClient? client = null) : HttpMessageHandler
{
    private const string Protobuf = "application/x-protobuf";
    private const int MostBytes = 64 * 1024 * 1024;

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        request.Content?.CopyTo(body, context: null, cancellationToken);
        return Answer(request, body);
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        if (request.Content is not null)
            await request.Content.CopyToAsync(body, cancellationToken).ConfigureAwait(false);
        return Answer(request, body);
    }

    private HttpResponseMessage Answer(HttpRequestMessage request, MemoryStream body)
    {
        if (SignalOf(request.RequestUri) is not { } signal)
            return new HttpResponseMessage(HttpStatusCode.NotFound) { RequestMessage = request };
        if (request.Content?.Headers.ContentType?.MediaType is not Protobuf)
            return new HttpResponseMessage(HttpStatusCode.UnsupportedMediaType) { RequestMessage = request };
        if (PackingOf(request.Content.Headers) is not { } isPacked)
            return new HttpResponseMessage(HttpStatusCode.UnsupportedMediaType) { RequestMessage = request };
        var status = TrySend(body, isPacked, signal) ? HttpStatusCode.OK : HttpStatusCode.BadRequest;
        var response = new HttpResponseMessage(status) { RequestMessage = request, Content = new ByteArrayContent([]) };
        response.Content.Headers.ContentType = new MediaTypeHeaderValue(Protobuf);
        return response;
    }

    // Null when the body has an encoding that OTLP does not use.
    private static bool? PackingOf(HttpContentHeaders headers) => headers.ContentEncoding.Count switch
    {
        0 => false,
        1 when headers.ContentEncoding.Contains("identity", StringComparer.OrdinalIgnoreCase) => false,
        1 when headers.ContentEncoding.Contains("gzip", StringComparer.OrdinalIgnoreCase) => true,
        _ => null,
    };

    private bool TrySend(MemoryStream body, bool isPacked, OtlpSignal signal)
    {
        if ((client ?? TelemetryQueue.Client) is not { } sender)
            return true;
        try
        {
            OtlpRequest.Send(isPacked ? Unpacked(body) : body.GetBuffer().AsSpan(0, (int)body.Length), signal, sender);
            return true;
        }
        catch (InvalidDataException)
        {
            sender.Reject($"an export of {body.Length} bytes is no gzip, though its Content-Encoding says so");
            return false;
        }
        catch (FormatException e)
        {
            sender.Reject($"an export of {body.Length} bytes is no OTLP: {e.Message}");
            return false;
        }
    }

    private static OtlpSignal? SignalOf(Uri? url) => url?.AbsolutePath switch
    {
        { } path when path.EndsWith("v1/traces", StringComparison.Ordinal) => OtlpSignal.Traces,
        { } path when path.EndsWith("v1/metrics", StringComparison.Ordinal) => OtlpSignal.Metrics,
        { } path when path.EndsWith("v1/logs", StringComparison.Ordinal) => OtlpSignal.Logs,
        _ => null,
    };

    private static ReadOnlySpan<byte> Unpacked(MemoryStream body)
    {
        body.Position = 0;
        using var unpacked = new MemoryStream();
        using var gzip = new GZipStream(body, CompressionMode.Decompress, leaveOpen: true);
        Span<byte> part = stackalloc byte[4_096];
        while (unpacked.Length < MostBytes && gzip.Read(part) is > 0 and var read)
            unpacked.Write(part[..read]);
        return unpacked.GetBuffer().AsSpan(0, (int)unpacked.Length);
    }
}
