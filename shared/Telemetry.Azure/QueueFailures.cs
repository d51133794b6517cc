using System.Net;
using System.Security.Authentication;
using Azure;
using Azure.Identity;
using Telemetry.Queues;
using static System.FormattableString;

namespace Telemetry.Azure;

/// <summary>
/// Describes failures for the people who run the queue. The texts of the service and of the SDK are not used, since they may
/// quote the string that was signed, or a message.
/// </summary>
internal sealed class QueueFailures(QueueEndpoint endpoint)
{
    // The host from which identities get tokens, unless the environment names another one.
    private static readonly Uri TokenService = new("https://login.microsoftonline.com/");

    /// <summary>The failure for an exception of the SDK.</summary>
    public QueueException Of(QueueOperation operation, Exception error)
    {
        // One exception holds the errors of all attempts; the last error counts.
        var last = error is AggregateException { InnerExceptions: [.., var lastTry] } ? lastTry : error;
        return last switch
        {
            RequestFailedException { Status: > 0 } refused => Refused(operation, refused),
            CredentialUnavailableException => Unanswered(operation, new NetworkFailure(Remedy.NoIdentity, IsTransient: false)),
            AuthenticationFailedException => Unanswered(operation, ExplainIdentity(last)),
            RequestFailedException or HttpRequestException or IOException or OperationCanceledException or TimeoutException
                or AuthenticationException => Unanswered(operation, Explain(last)),
            // The SDK's XML writer throws this before it makes a request.
            ArgumentException when operation.Name is "Put Message" => Misconfigured(operation, Remedy.NotXml),
            _ => Failed(operation, (int)HttpStatusCode.OK, Remedy.NotAzure, isTransient: true),
        };
    }

    /// <summary>The failure when no request was made, for a reason on this side.</summary>
    public QueueException Misconfigured(QueueOperation operation, string error) =>
        Failed(operation, null, error, isTransient: false);

    private QueueException Refused(QueueOperation operation, RequestFailedException error)
    {
        var detail = Remedy.For(operation, error.Status, error.ErrorCode, usesConnection: endpoint.Connection is not null)
            ?? ((HttpStatusCode)error.Status is HttpStatusCode.ProxyAuthenticationRequired
                ? NetworkFailure.ProxyRefused(endpoint.Url, (HttpStatusCode)error.Status).Detail
                : null);
        var isTransient = error.Status is 408 or 429 or >= 500 || error.ErrorCode is "QueueBeingDeleted";
        var failure = Failed(operation, error.Status, detail, isTransient).Failure;
        return new QueueException(failure with
        {
            Code = error.ErrorCode,
            RequestId = error.GetRawResponse()?.Headers.TryGetValue("x-ms-request-id", out var id) is true ? id : null,
        });
    }

    private QueueException Unanswered(QueueOperation operation, NetworkFailure network) =>
        new(Failed(operation, null, network.Detail, network.IsTransient).Failure with { IsUnknownName = network.IsUnknownName });

    private QueueException Failed(QueueOperation operation, int? status, string? detail, bool isTransient) => new(new QueueFailure
    {
        Queue = endpoint,
        Operation = operation.Name,
        Status = status,
        Detail = detail,
        IsTransient = isTransient,
    });

    private NetworkFailure Explain(Exception error) => NetworkFailure.Find(error, endpoint.Url) ?? new NetworkFailure(
        Invariant($"no answer from '{endpoint.Url.Authority}' within {QueueCall.AnswerTimeout.TotalSeconds} s a try")
        + $"{NetworkFailure.Over(endpoint.Url)}: check firewalls and private endpoints");

    private static NetworkFailure ExplainIdentity(Exception error)
    {
        var authority = Environment.GetEnvironmentVariable("AZURE_AUTHORITY_HOST");
        var service = Uri.TryCreate(authority, UriKind.Absolute, out var own) ? own : TokenService;
        return NetworkFailure.Find(error, service) is { } network
            ? network with { Detail = $"the identity got no token: {network.Detail}" }
            : new NetworkFailure(Remedy.IdentityRefused, IsTransient: false);
    }
}
