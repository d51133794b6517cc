using System.Net;

namespace Telemetry.Aws;

/// <summary>What the service's error codes mean for the caller.</summary>
internal static class SqsCodes
{
    private const string LegacyPrefix = "AWS.SimpleQueueService.";

    /// <summary>
    /// One name for the spellings of a code: without the shape's namespace, the legacy prefix and what follows the code in a header.
    /// A parameter error about the receipt handle gets the code of its own that the service uses elsewhere.
    /// </summary>
    public static string? Normalize(string? code, string? message)
    {
        if (string.IsNullOrWhiteSpace(code))
            return null;

        code = code[(code.LastIndexOf('#') + 1)..];
        var end = code.AsSpan().IndexOfAny(':', ';');
        code = (end < 0 ? code : code[..end]).Trim();
        if (code.StartsWith(LegacyPrefix, StringComparison.Ordinal))
            code = code[LegacyPrefix.Length..];
        return code switch
        {
            "NonExistentQueue" => "QueueDoesNotExist",
            "InvalidParameterValue" when IsAboutReceipt(message) => "ReceiptHandleIsInvalid",
            _ => code,
        };
    }

    /// <summary>The same call may succeed later: the service has a problem, or asks for fewer calls, or its key service does.</summary>
    public static bool IsTransient(int status, string? code) =>
        status is >= 500 or (int)HttpStatusCode.TooManyRequests or (int)HttpStatusCode.RequestTimeout || IsTransient(code);

    /// <summary>The same, where only the code tells.</summary>
    public static bool IsTransient(string? code) =>
        Bare(code) is "RequestThrottled" or "Throttling" or "Throttled" or "ThrottledRequest" or "RequestThrottling" or "TooManyRequests"
            or "KmsThrottled" or "KMS.Throttling" or "OverLimit" or "ServiceUnavailable" or "InternalError" or "InternalFailure"
            or "QueueDeletedRecently";

    /// <summary>The lease is lost: the message is deleted, visible again, or with another receiver.</summary>
    public static bool IsLostLease(string? code) => Bare(code) is "ReceiptHandleIsInvalid" or "MessageNotInflight";

    public static bool IsMissingQueue(string? code) => Bare(code) is "QueueDoesNotExist";

    public static bool IsAccessDenied(string? code) => Bare(code) is "AccessDenied" or "KmsAccessDenied" or "KMS.AccessDenied";

    public static bool IsExpiredToken(string? code) => Bare(code) is "ExpiredToken";

    /// <summary>Codes that a wrong clock on this side can cause, among other reasons.</summary>
    public static bool MayBeSkew(string? code) =>
        Bare(code) is "RequestTimeTooSkewed" or "RequestExpired" or "RequestInTheFuture" or "InvalidSignature" or "SignatureDoesNotMatch"
            or "AuthFailure";

    /// <summary>The code without the suffix that some protocols add.</summary>
    public static string? Bare(string? code) =>
        code is { Length: > 9 } && code.EndsWith("Exception", StringComparison.Ordinal) ? code[..^9] : code;

    private static bool IsAboutReceipt(string? message) =>
        message is not null
        && (message.Contains("ReceiptHandle", StringComparison.OrdinalIgnoreCase)
            || message.Contains("receipt handle", StringComparison.OrdinalIgnoreCase));
}
