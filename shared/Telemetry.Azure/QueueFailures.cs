using System.Net.Sockets;
using System.Security.Authentication;
using Azure;
using Azure.Identity;
using Telemetry.Queues;

namespace Telemetry.Azure;

/// <summary>Puts what went wrong into words for people who run the queue. Bodies of answers are not read: they may quote the signature.</summary>
internal sealed class QueueFailures(QueueEndpoint endpoint)
{
    /// <summary>The queue answered, but not with success.</summary>
    public QueueFailure Refused(QueueRequest request, Response response)
    {
        var code = response.Headers.TryGetValue("x-ms-error-code", out var value) ? value : null;
        return new QueueFailure
        {
            Queue = endpoint,
            Operation = request.Operation,
            Status = response.Status,
            Code = code,
            RequestId = RequestId(response),
            Detail = Remedy.For(request, response.Status, code, usesConnection: endpoint.Connection is not null),
            IsTransient = response.Status is 408 or 429 or >= 500 || code is "QueueBeingDeleted",
        };
    }

    /// <summary>The queue answered with success and something that is no message list.</summary>
    public QueueFailure Unreadable(QueueRequest request, Response response) => new()
    {
        Queue = endpoint,
        Operation = request.Operation,
        Status = response.Status,
        RequestId = RequestId(response),
        Detail = "the answer is no message list of the Queue service: is the address that of a queue, without a proxy in between?",
        IsTransient = true,
    };

    /// <summary>No answer came: no identity, no network, no time.</summary>
    public QueueFailure Unanswered(QueueRequest request, Exception error)
    {
        var (detail, transient) = Explain(error);
        return new QueueFailure { Queue = endpoint, Operation = request.Operation, Detail = detail, IsTransient = transient };
    }

    /// <summary>No request can be made with this configuration.</summary>
    public QueueFailure Misconfigured(QueueRequest request, string? error) =>
        new() { Queue = endpoint, Operation = request.Operation, Detail = error };

    /// <summary>A message is over the limit; none was sent.</summary>
    public QueueFailure TooLong(int index, int count, int length, int limit) => new()
    {
        Queue = endpoint,
        Operation = "Put Message",
        Detail = $"message {index + 1} of {count} has {length:N0} bytes, the queue takes at most {limit:N0}; none was sent",
    };

    private static string? RequestId(Response response) =>
        response.Headers.TryGetValue("x-ms-request-id", out var id) ? id : null;

    private (string Detail, bool Transient) Explain(Exception error)
    {
        if (Find<CredentialUnavailableException>(error) is not null)
            return (Remedy.NoIdentity, false);
        if (Find<AuthenticationFailedException>(error) is not null)
            return (Remedy.IdentityRefused, Find<SocketException>(error) is not null);
        if (Find<AuthenticationException>(error) is not null)
            return ($"the certificate of '{endpoint.Url.Authority}' is not trusted here: check the address and this machine's certificate authorities", false);
        if (Find<SocketException>(error) is { } socket)
            return (Explain(socket), true);
        if (Find<OperationCanceledException>(error) is not null)
            return ($"no answer from '{endpoint.Url.Authority}' within {QueuePipeline.TryTimeout.TotalSeconds} s a try: check firewalls and private endpoints", true);
        return (Broken(Innermost(error)), true);
    }

    private string Explain(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain =>
            $"the name '{endpoint.Url.Host}' does not resolve: check the account's name in the address, and the DNS of private endpoints",
        SocketError.ConnectionRefused => $"nothing listens at '{endpoint.Url.Authority}': check host and port",
        _ => Broken(error),
    };

    private string Broken(Exception error) => $"the connection to '{endpoint.Url.Authority}' failed: {error.Message}";

    // The retries' errors come together in an AggregateException: the last one counts.
    private static T? Find<T>(Exception error)
        where T : Exception
    {
        for (Exception? cause = error; cause is not null; cause = Cause(cause))
        {
            if (cause is T found)
                return found;
        }

        return null;
    }

    private static Exception Innermost(Exception error)
    {
        while (Cause(error) is { } cause)
            error = cause;
        return error;
    }

    private static Exception? Cause(Exception error) =>
        error is AggregateException { InnerExceptions: [.., var last] } ? last : error.InnerException;
}
