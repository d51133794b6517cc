using System.Net;
using Azure;
using Azure.Identity;
using Telemetry.Queues;
using static System.FormattableString;

namespace Telemetry.Azure;

/// <summary>
/// Puts what went wrong into words for people who run the queue. Bodies of error answers are not read: they may quote
/// the string that was signed.
/// </summary>
internal sealed class QueueFailures(QueueEndpoint endpoint)
{
    private const int ProxyWantsLogin = 407;

    // Where identities get tokens, unless the environment names another.
    private static readonly Uri TokenService = new("https://login.microsoftonline.com/");

    /// <summary>The queue answered, but not with success.</summary>
    public QueueException Refused(QueueRequest request, Response response)
    {
        var code = response.Headers.TryGetValue("x-ms-error-code", out var value) ? value : null;
        return new QueueException(new QueueFailure
        {
            Queue = endpoint,
            Operation = request.Operation,
            Status = response.Status,
            Code = code,
            RequestId = RequestId(response),
            Detail = Remedy.For(request, response.Status, code, usesConnection: endpoint.Connection is not null)
                ?? (response.Status is ProxyWantsLogin
                    ? NetworkFailure.ProxyRefused(endpoint.Url, (HttpStatusCode)response.Status).Detail
                    : null),
            IsTransient = response.Status is 408 or 429 or >= 500 || code is "QueueBeingDeleted",
        });
    }

    /// <summary>The queue answered with success and something that is no message list.</summary>
    public QueueException Unreadable(QueueRequest request, Response response) => new(new QueueFailure
    {
        Queue = endpoint,
        Operation = request.Operation,
        Status = response.Status,
        RequestId = RequestId(response),
        Detail = "the answer is no message list of the Queue service: check the address, and for a proxy in between",
        IsTransient = true,
    });

    /// <summary>No answer came: no identity, no network, no time.</summary>
    public QueueException Unanswered(QueueRequest request, Exception error)
    {
        var failure = Explain(error);
        return new QueueException(new QueueFailure
        {
            Queue = endpoint,
            Operation = request.Operation,
            Detail = failure.Detail,
            IsTransient = failure.IsTransient,
            IsUnknownName = failure.IsUnknownName,
        });
    }

    /// <summary>No request can be made with this configuration.</summary>
    public QueueException Misconfigured(QueueRequest request, string? error) =>
        new(new QueueFailure { Queue = endpoint, Operation = request.Operation, Detail = error });

    /// <summary>A message is over the limit; none was sent.</summary>
    public QueueException TooLong(int index, int count, int length, int limit) => new(new QueueFailure
    {
        Queue = endpoint,
        Operation = "Put Message",
        Detail = Invariant(
            $"message {index + 1} of {count} has {length:N0} bytes, the queue takes at most {limit:N0}; none was sent"),
    });

    private static string? RequestId(Response response) =>
        response.Headers.TryGetValue("x-ms-request-id", out var id) ? id : null;

    private NetworkFailure Explain(Exception error)
    {
        // The errors of all tries come in one exception; the last one counts.
        var last = error is AggregateException { InnerExceptions: [.., var lastTry] } ? lastTry : error;
        if (Find<CredentialUnavailableException>(last) is not null)
            return new NetworkFailure(Remedy.NoIdentity, IsTransient: false);
        if (Find<AuthenticationFailedException>(last) is { } refused)
            return ExplainIdentity(refused);
        var over = NetworkFailure.Over(endpoint.Url);
        return NetworkFailure.Find(last, endpoint.Url) ?? (Find<OperationCanceledException>(last) is not null
            ? new NetworkFailure(
                Invariant(
                    $"no answer from '{endpoint.Url.Authority}' within {QueuePipeline.TryTimeout.TotalSeconds} s a try{over}:")
                + " check firewalls and private endpoints")
            : new NetworkFailure($"the connection to '{endpoint.Url.Authority}' failed: {FailureText.TypesOf(last)}"));
    }

    private static NetworkFailure ExplainIdentity(AuthenticationFailedException error)
    {
        var authority = Environment.GetEnvironmentVariable("AZURE_AUTHORITY_HOST");
        var service = Uri.TryCreate(authority, UriKind.Absolute, out var own) ? own : TokenService;
        return NetworkFailure.Find(error, service) is { } network
            ? network with { Detail = $"the identity got no token: {network.Detail}" }
            : new NetworkFailure(Remedy.IdentityRefused, IsTransient: false);
    }

    private static T? Find<T>(Exception error)
        where T : Exception
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is T found)
                return found;
        }

        return null;
    }
}
