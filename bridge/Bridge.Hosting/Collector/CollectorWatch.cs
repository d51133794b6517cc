using System.Net;
using Telemetry;
using Telemetry.Governance;
using Telemetry.Queues;

namespace Bridge.Hosting.Collector;

/// <summary>
/// Records why the collector did not accept a request. The SDK's own event is not used: it quotes the exception, which may
/// contain a proxy's password.
/// </summary>
internal sealed class CollectorWatch(CollectorFailures failures, HttpMessageHandler network) : DelegatingHandler(network)
{
    private const string GrpcStatus = "grpc-status";

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Record(request.RequestUri!, base.Send(request, cancellationToken));
        }
        catch (Exception e)
        {
            Record(request.RequestUri!, e);
            throw;
        }
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return Record(request.RequestUri!, await base.SendAsync(request, cancellationToken));
        }
        catch (Exception e)
        {
            Record(request.RequestUri!, e);
            throw;
        }
    }

    private HttpResponseMessage Record(Uri collector, HttpResponseMessage response)
    {
        failures.Last = response switch
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

    private void Record(Uri collector, Exception failure) => failures.Last = NetworkFailure.Find(failure, collector)?.Detail
        ?? (failure is OperationCanceledException
            ? $"no answer from '{collector.Authority}' in time"
            : FailureText.TypesOf(failure));
}
