using System.Net;
using Telemetry;
using Telemetry.Governance;
using Telemetry.Queues;

namespace Bridge.Hosting.Collector;

/// <summary>
/// Notes why the collector did not accept a request, in our own words: the SDK's event quotes the exception, which may hold the
/// password of a proxy.
/// </summary>
internal sealed class CollectorWatch(OtlpTroubles troubles, HttpMessageHandler network) : DelegatingHandler(network)
{
    private const string GrpcStatus = "grpc-status";

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Noted(request.RequestUri!, base.Send(request, cancellationToken));
        }
        catch (Exception e)
        {
            Note(request.RequestUri!, e);
            throw;
        }
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Noted(request.RequestUri!, await base.SendAsync(request, cancellationToken));
        }
        catch (Exception e)
        {
            Note(request.RequestUri!, e);
            throw;
        }
    }

    private HttpResponseMessage Noted(Uri collector, HttpResponseMessage response)
    {
        troubles.Last = response switch
        {
            { StatusCode: HttpStatusCode.ProxyAuthenticationRequired } =>
                NetworkFailure.ProxyRefused(collector, response.StatusCode).Detail,
            { IsSuccessStatusCode: false } => $"'{collector.Authority}' answers {(int)response.StatusCode}",
            _ when response.Headers.TryGetValues(GrpcStatus, out var status) =>
                $"'{collector.Authority}' answers with gRPC status {string.Join(' ', status)}",
            _ => null,
        };
        return response;
    }

    private void Note(Uri collector, Exception failure) => troubles.Last = NetworkFailure.Find(failure, collector)?.Detail
        ?? (failure is OperationCanceledException
            ? $"no answer from '{collector.Authority}' in time"
            : FailureText.TypesOf(failure));
}
