using System.Net;
using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.SQS.Model;
using Telemetry.Queues;
using static System.FormattableString;

namespace Telemetry.Aws;

/// <summary>
/// Turns answers and exceptions into failures of one queue. The texts of the service and of the SDK are not passed on: they may
/// quote the session token, a signature or a message.
/// </summary>
internal sealed class SqsFailures(QueueEndpoint queue)
{
    private const string LegacyPrefix = "AWS.SimpleQueueService.";

    // Where the credential chain gets tokens for roles.
    private static readonly Uri TokenService = new("https://sts.amazonaws.com/");

    /// <summary>What the SDK has thrown.</summary>
    public QueueFailure Of(string operation, Exception error) => error switch
    {
        AmazonServiceException { StatusCode: >= HttpStatusCode.Continue } refused => Refused(operation, refused),
        AmazonServiceException => Unusable(operation, "a text is not the one that was sent: its MD5 differs", isTransient: true),
        HttpRequestException or IOException or OperationCanceledException or TimeoutException or AuthenticationException =>
            Unanswered(operation, error),
        _ => Unusable(operation, SqsRemedies.NotSqs),
    };

    /// <summary>The service answered 200 and refused one entry, or did not mention it (null).</summary>
    public QueueFailure EntryRefused(string operation, BatchResultErrorEntry? entry)
    {
        var code = Normalize(entry?.Code);
        return new QueueFailure
        {
            Queue = queue,
            Operation = operation,
            Status = (int)HttpStatusCode.OK,
            Code = code,
            Detail = entry is null ? "the answer does not mention this entry" : SqsRemedies.For(operation, code),
            IsTransient = entry?.SenderFault is not true || IsTransient(code),
        };
    }

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

    /// <summary>The lease is lost: the message is deleted, visible again, or with another receiver.</summary>
    public static bool IsLostLease(string? code) => Bare(code) is "ReceiptHandleIsInvalid" or "MessageNotInflight";

    /// <summary>The caller lacks a permission.</summary>
    public static bool IsAccessDenied(string? code) => Bare(code) is "AccessDenied" or "KmsAccessDenied" or "KMS.AccessDenied";

    /// <summary>The session of the credentials is over.</summary>
    public static bool IsExpiredToken(string? code) => Bare(code) is "ExpiredToken";

    /// <summary>The code without the suffix that some protocols add.</summary>
    public static string? Bare(string? code) =>
        code is { Length: > 9 } && code.EndsWith("Exception", StringComparison.Ordinal) ? code[..^9] : code;

    /// <summary>One name for the spellings of a code.</summary>
    public static string? Normalize(string? code)
    {
        if (string.IsNullOrWhiteSpace(code))
            return null;
        code = code[(code.LastIndexOf('#') + 1)..];
        code = code.StartsWith(LegacyPrefix, StringComparison.Ordinal) ? code[LegacyPrefix.Length..] : code;
        return code is "NonExistentQueue" ? "QueueDoesNotExist" : code;
    }

    private QueueFailure Refused(string operation, AmazonServiceException error)
    {
        var status = error.StatusCode;
        var code = Normalize(error.ErrorCode);
        // The service has a code of its own for this, and uses it elsewhere.
        if (code is "InvalidParameterValue" && error.Message.Replace(" ", "", StringComparison.Ordinal).Contains("ReceiptHandle", StringComparison.OrdinalIgnoreCase))
            code = "ReceiptHandleIsInvalid";
        return new QueueFailure
        {
            Queue = queue,
            Operation = operation,
            Status = (int)status,
            Code = code,
            RequestId = string.IsNullOrEmpty(error.RequestId) ? null : error.RequestId,
            Detail = SqsRemedies.For(operation, code) ?? WithoutCode(status, code),
            IsTransient = IsTransient(code)
                || status is >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout,
        };
    }

    private QueueFailure Unusable(string operation, string detail, bool isTransient = false) =>
        Unsent(operation, detail, isTransient) with { Status = (int)HttpStatusCode.OK };

    private QueueFailure Unanswered(string operation, Exception error) => NetworkFailure.Find(error, queue.Url) is { } network
        ? Unsent(operation, network.Detail, network.IsTransient) with { IsUnknownName = network.IsUnknownName }
        : Unsent(
            operation,
            Invariant($"no answer within {QueueCall.AnswerTimeout.TotalSeconds} s an attempt{NetworkFailure.Over(queue.Url)}"),
            isTransient: true);

    private string? WithoutCode(HttpStatusCode status, string? code) => code is not null || status >= HttpStatusCode.InternalServerError
        ? null
        : status is HttpStatusCode.ProxyAuthenticationRequired ? NetworkFailure.ProxyRefused(queue.Url, status).Detail : SqsRemedies.NotSqs;

    private static bool IsTransient(string? code) =>
        Bare(code) is "RequestThrottled" or "RequestThrottling" or "Throttling" or "Throttled" or "ThrottledRequest"
            or "TooManyRequests" or "KmsThrottled" or "KMS.Throttling" or "OverLimit" or "QueueDeletedRecently"
            or "ServiceUnavailable" or "InternalError" or "InternalFailure";
}
