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

    // The host from which the credential chain gets tokens for roles.
    private static readonly Uri TokenService = new("https://sts.amazonaws.com/");

    /// <summary>The failure for an exception of the SDK.</summary>
    public QueueFailure Of(string operation, Exception error) => error switch
    {
        AmazonServiceException { StatusCode: >= HttpStatusCode.Continue } refused => Refused(operation, refused),
        AmazonServiceException => Unusable(operation, "a text is not the one that was sent: its MD5 differs"),
        HttpRequestException or IOException or OperationCanceledException or TimeoutException or AuthenticationException =>
            Unanswered(operation, error),
        _ => Answered(operation, HttpStatusCode.OK, code: null, isTransient: false),
    };

    /// <summary>The service answered 200 and refused one entry, or did not mention it (null).</summary>
    public QueueFailure EntryRefused(string operation, BatchResultErrorEntry? entry) => entry is null
        ? Unusable(operation, "the answer does not mention this entry")
        : Answered(operation, HttpStatusCode.OK, CodeOf(entry.Code, entry.Message), isTransient: entry.SenderFault is not true);

    /// <summary>The failure when no request was sent, for a reason on this side.</summary>
    public QueueFailure Unsent(string operation, string detail, bool isTransient = false) =>
        new() { Queue = queue, Operation = operation, Detail = detail, IsTransient = isTransient };

    /// <summary>No credentials were found, or they could not be renewed.</summary>
    /// <param name="operation">The operation that needed them.</param>
    /// <param name="error">The exception of the provider.</param>
    /// <param name="hadSome">True when there were credentials before; then the failure counts as transient.</param>
    public QueueFailure WithoutCredentials(string operation, Exception error, bool hadSome)
    {
        var network = NetworkFailure.Find(error, TokenService);
        var detail = network is not null ? $"the AWS credentials could not be got: {network.Detail}"
            : hadSome ? "the AWS credentials could not be renewed"
            : SqsRemedies.NoCredentials;
        return Unsent(operation, detail, isTransient: hadSome || network is { IsTransient: true });
    }

    /// <summary>The lease is lost: the message is deleted, visible again, or with another receiver.</summary>
    public static bool IsLostLease(string? code) => code is "ReceiptHandleIsInvalid" or "MessageNotInflight";

    /// <summary>The caller lacks a permission.</summary>
    public static bool IsAccessDenied(string? code) => code is "AccessDenied" or "KmsAccessDenied" or "KMS.AccessDenied";

    /// <summary>Unifies the spellings of a code.</summary>
    public static string? Normalize(string? code)
    {
        if (string.IsNullOrWhiteSpace(code))
            return null;
        code = code[(code.LastIndexOf('#') + 1)..];
        code = code.StartsWith(LegacyPrefix, StringComparison.Ordinal) ? code[LegacyPrefix.Length..] : code;
        code = code.EndsWith(nameof(Exception), StringComparison.Ordinal) ? code[..^nameof(Exception).Length] : code;
        return code is "NonExistentQueue" ? "QueueDoesNotExist" : code;
    }

    /// <summary>
    /// The code of a refusal. A parameter error about the receipt handle gets the code of its own that the service uses
    /// elsewhere.
    /// </summary>
    public static string? CodeOf(string? code, string? message) => Normalize(code) is var name && name is "InvalidParameterValue"
        && message?.Replace(" ", "", StringComparison.Ordinal)
            .Contains("ReceiptHandle", StringComparison.OrdinalIgnoreCase) is true
            ? "ReceiptHandleIsInvalid"
            : name;

    private QueueFailure Refused(string operation, AmazonServiceException error) =>
        Answered(operation, error.StatusCode, CodeOf(error.ErrorCode, error.Message), isTransient: false) with
        {
            RequestId = string.IsNullOrEmpty(error.RequestId) ? null : error.RequestId,
        };

    private QueueFailure Answered(string operation, HttpStatusCode status, string? code, bool isTransient)
    {
        var isServerFault =
            status is >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout;
        var detail = SqsRemedies.For(operation, code)
            ?? (code is not null || isServerFault ? null
            : status is HttpStatusCode.ProxyAuthenticationRequired ? NetworkFailure.ProxyRefused(queue.Url, status).Detail
            : SqsRemedies.NotSqs);
        return new QueueFailure
        {
            Queue = queue,
            Operation = operation,
            Status = (int)status,
            Code = code,
            Detail = detail,
            IsTransient = isServerFault || isTransient || SqsRemedies.IsTransient(code),
        };
    }

    private QueueFailure Unusable(string operation, string detail) =>
        Unsent(operation, detail, isTransient: true) with { Status = (int)HttpStatusCode.OK };

    private QueueFailure Unanswered(string operation, Exception error) => NetworkFailure.Find(error, queue.Url) is { } network
        ? Unsent(operation, network.Detail, network.IsTransient) with { IsUnknownName = network.IsUnknownName }
        : Unsent(
            operation,
            Invariant($"no answer within {QueueCall.AnswerTimeout.TotalSeconds} s an attempt{NetworkFailure.Over(queue.Url)}"),
            isTransient: true);
}
