using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Telemetry.Otlp;
using static System.FormattableString;

namespace Telemetry.Otlp;

/// <summary>
/// An HTTP handler for OpenTelemetry's OTLP/HTTP exporter that replaces the network. Each exported span, log record and data
/// point becomes an event that the client sends with its options. Nothing is sent anywhere else.
/// <code>exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
/// exporter.HttpClientFactory = () =&gt; new HttpClient(new OtlpQueueHandler());</code>
/// It answers 200 for a request that was read, 400 for a body that is no OTLP, nests deeper than 100 messages or has more than 64
/// MiB, packed or unpacked, 404 for a path that ends with neither <c>v1/traces</c>, <c>v1/metrics</c> nor <c>v1/logs</c>, and 415
/// for JSON and for a <c>Content-Encoding</c> other than <c>gzip</c>. If it refuses a request, it sends nothing of it.
/// </summary>
/// <param name="client">The client that sends. Null means <see cref="TelemetryQueue.Client"/>; if that is null too, nothing is
/// sent.</param>
public sealed class OtlpQueueHandler(TelemetryClient? client = null) : HttpMessageHandler
{
    private const string Protobuf = "application/x-protobuf";

    private delegate void Export(ReadOnlySpan<byte> request, TelemetryClient client);

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var body = new LimitedBody();
        request.Content?.CopyTo(body, context: null, cancellationToken);
        return Answer(request, body);
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var body = new LimitedBody();
        if (request.Content is not null)
            await request.Content.CopyToAsync(body, cancellationToken).ConfigureAwait(false);
        return Answer(request, body);
    }

    private HttpResponseMessage Answer(HttpRequestMessage request, LimitedBody body)
    {
        if (ExportOf(request.RequestUri) is not { } export)
            return new HttpResponseMessage(HttpStatusCode.NotFound) { RequestMessage = request };
        if (request.Content?.Headers.ContentType?.MediaType is not Protobuf)
            return new HttpResponseMessage(HttpStatusCode.UnsupportedMediaType) { RequestMessage = request };
        if (PackingOf(request.Content.Headers) is not { } isPacked)
            return new HttpResponseMessage(HttpStatusCode.UnsupportedMediaType) { RequestMessage = request };
        var status = TrySend(body, isPacked, export) ? HttpStatusCode.OK : HttpStatusCode.BadRequest;
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

    private bool TrySend(LimitedBody body, bool isPacked, Export export)
    {
        if ((client ?? TelemetryQueue.Client) is not { } sender)
            return true;
        try
        {
            using var unpacked = isPacked && !body.IsOverLimit ? Unpacked(body) : null;
            var request = unpacked ?? body;
            if (!request.IsOverLimit)
            {
                export(request.Bytes, sender);
                return true;
            }

            sender.Reject(Invariant($"an export has more than {LimitedBody.Most} bytes: let the exporter send smaller batches"));
        }
        catch (InvalidDataException)
        {
            sender.Reject(Invariant($"an export of {body.Length} bytes is no gzip, though its Content-Encoding says so"));
        }
        catch (InvalidProtocolBufferException)
        {
            const string remedy = "let nothing but an OTLP exporter use the handler";
            sender.Reject(Invariant($"an export of {body.Length} bytes is no OTLP, or nests too deeply: {remedy}"));
        }

        return false;
    }

    private static Export? ExportOf(Uri? url) => url?.AbsolutePath switch
    {
        { } path when path.EndsWith("v1/traces", StringComparison.Ordinal) => OtlpSpans.Send,
        { } path when path.EndsWith("v1/metrics", StringComparison.Ordinal) => OtlpMetrics.Send,
        { } path when path.EndsWith("v1/logs", StringComparison.Ordinal) => OtlpLogs.Send,
        _ => null,
    };

    private static LimitedBody Unpacked(LimitedBody packed)
    {
        packed.Position = 0;
        var unpacked = new LimitedBody();
        using var gzip = new GZipStream(packed, CompressionMode.Decompress, leaveOpen: true);
        var part = new byte[4_096];
        while (!unpacked.IsOverLimit && gzip.Read(part) is > 0 and var read)
            unpacked.Write(part, 0, read);
        return unpacked;
    }
}
