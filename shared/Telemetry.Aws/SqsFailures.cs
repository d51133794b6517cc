using System.Net.Sockets;
using System.Security.Authentication;
using Telemetry.Queues;

namespace Telemetry.Aws;

/// <summary>Turns answers and exceptions into failures of one queue. None of them holds a credential, a signature or a message's text.</summary>
internal sealed class SqsFailures(QueueEndpoint queue)
{
    /// <summary>The service refused the call.</summary>
    public QueueFailure Refused(string operation, HttpResponseMessage response, byte[] body)
    {
        var (type, message) = SqsResponses.Error(body);
        var code = SqsCodes.Normalize(type ?? Header(response, "x-amzn-errortype") ?? Header(response, "x-amzn-query-error"), message);
        var status = (int)response.StatusCode;
        return new QueueFailure
        {
            Queue = queue,
            Operation = operation,
            Status = status,
            Code = code,
            RequestId = Header(response, "x-amzn-requestid"),
            Detail = SqsRemedies.For(operation, code, message) ?? WithoutCode(status, code),
            IsTransient = SqsCodes.IsTransient(status, code),
        };
    }

    /// <summary>The service answered 200 and refused one entry, or did not mention it.</summary>
    public QueueFailure EntryRefused(string operation, SqsEntryResult entry)
    {
        var code = entry.Code;
        return new QueueFailure
        {
            Queue = queue,
            Operation = operation,
            Status = 200,
            Code = code,
            Detail = SqsRemedies.For(operation, code, entry.Message) ?? (code is null ? entry.Message : null),
            IsTransient = !entry.IsSenderFault || SqsCodes.IsTransient(code),
        };
    }

    /// <summary>The answer says success, and something is wrong with it.</summary>
    public QueueFailure Unusable(string operation, string detail, bool isTransient = false) =>
        new() { Queue = queue, Operation = operation, Status = 200, Detail = detail, IsTransient = isTransient };

    /// <summary>The request was not sent, for a reason on this side.</summary>
    public QueueFailure Unsent(string operation, string detail, bool isTransient = false) =>
        new() { Queue = queue, Operation = operation, Detail = detail, IsTransient = isTransient };

    /// <summary>No answer came in time.</summary>
    public QueueFailure TimedOut(string operation, TimeSpan limit) =>
        Unsent(operation, $"no answer within {limit.TotalSeconds:0} s", isTransient: true);

    /// <summary>No answer came because of the network.</summary>
    public QueueFailure Unreachable(string operation, HttpRequestException exception)
    {
        var host = queue.Url.Authority;
        if (exception.InnerException is AuthenticationException)
            return Unsent(operation, $"the TLS certificate of '{host}' is not trusted: a proxy may stand between, or its authority is missing here");

        var detail = exception.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => $"the host name '{host}' does not resolve: check the queue's address and this network's DNS",
            HttpRequestError.ProxyTunnelError => $"the proxy does not lead to '{host}': check HTTPS_PROXY and NO_PROXY",
            HttpRequestError.ConnectionError when SocketErrorOf(exception) is SocketError.ConnectionRefused =>
                $"'{host}' refuses connections: nothing listens there",
            HttpRequestError.ConnectionError => $"no connection to '{host}' ({SocketErrorOf(exception)}): check routes, firewalls and VPC endpoints",
            HttpRequestError.ConfigurationLimitExceeded => $"the answer of '{host}' is larger than any answer of SQS",
            _ => $"the connection to '{host}' broke off ({exception.HttpRequestError}): whether the request took effect is unknown",
        };
        return Unsent(operation, detail, isTransient: true);
    }

    private static SocketError? SocketErrorOf(Exception exception) =>
        exception is SocketException socket ? socket.SocketErrorCode
        : exception.InnerException is { } inner ? SocketErrorOf(inner)
        : null;

    private static string? WithoutCode(int status, string? code) =>
        code is null && status < 500 ? "the answer is not SQS's: check the queue's address, and whether a proxy stands between" : null;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
