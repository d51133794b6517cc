using System.Net;
using Telemetry.Queues;
using static System.FormattableString;

namespace Telemetry.Aws;

/// <summary>
/// Turns answers and exceptions into failures of one queue. None of them holds a credential, a signature or a message's text.
/// </summary>
internal sealed class SqsFailures(QueueEndpoint queue)
{
    // Where the credential chain gets tokens for roles.
    private static readonly Uri TokenService = new("https://sts.amazonaws.com/");

    /// <summary>The service refused the call.</summary>
    public QueueFailure Refused(string operation, HttpResponseMessage response, byte[] body)
    {
        var (type, message) = SqsResponses.Error(body);
        type ??= Header(response, "x-amzn-errortype") ?? Header(response, "x-amzn-query-error");
        var code = SqsCodes.Normalize(type, message);
        var status = (int)response.StatusCode;
        return new QueueFailure
        {
            Queue = queue,
            Operation = operation,
            Status = status,
            Code = code,
            RequestId = Header(response, "x-amzn-requestid"),
            Detail = SqsRemedies.For(operation, code, message) ?? WithoutCode(response.StatusCode, code),
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

    /// <summary>No credentials were found, or they could not be renewed.</summary>
    /// <param name="operation">What they were for.</param>
    /// <param name="error">What the provider threw.</param>
    /// <param name="hadSome">True when there were credentials before: then their source is only temporarily out of reach.</param>
    public QueueFailure WithoutCredentials(string operation, Exception error, bool hadSome)
    {
        var network = NetworkFailure.Find(error, TokenService);
        var detail = (network, hadSome) switch
        {
            ({ } found, _) => $"the AWS credentials could not be got: {found.Detail}",
            (null, true) => "the AWS credentials could not be renewed",
            (null, false) => SqsRemedies.NoCredentials,
        };
        return Unsent(operation, detail, isTransient: hadSome || network is { IsTransient: true });
    }

    /// <summary>No answer came: no network, or no time.</summary>
    public QueueFailure Unanswered(
        string operation, Exception error, TimeSpan limit) => NetworkFailure.Find(error, queue.Url) is { } network
        ? Unsent(operation, network.Detail, network.IsTransient) with { IsUnknownName = network.IsUnknownName }
        : Unsent(
            operation,
            Invariant($"no answer within {limit.TotalSeconds:0} s{NetworkFailure.Over(queue.Url)}"),
            isTransient: true);

    private string? WithoutCode(HttpStatusCode status, string? code) => code is not null || (int)status >= 500 ? null
        : status is HttpStatusCode.ProxyAuthenticationRequired ? NetworkFailure.ProxyRefused(queue.Url, status).Detail
        : "the answer is not SQS's: check the queue's address, and whether a proxy stands between";

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
