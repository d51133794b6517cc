namespace Telemetry.Aws;

/// <summary>Remedies for errors, each in one clause.</summary>
internal static class SqsRemedies
{
    public const string NoCredentials =
        "no AWS credentials were found: give the function, task, pod or machine a role, or set AWS_ACCESS_KEY_ID and"
        + " AWS_SECRET_ACCESS_KEY (AWS_SESSION_TOKEN too for temporary ones) or AWS_PROFILE";

    public const string Fifo =
        "it is a FIFO queue, whose messages need a group and come one group after the other: use a standard queue";

    public const string NotSqs = "the answer is not SQS's: check the queue's address, and whether a proxy stands between";

    /// <summary>The remedy for a code; null if the code needs no explanation.</summary>
    public static string? For(string operation, string? code) => code switch
    {
        "AccessDenied" =>
            $"allow {SqsOperation.ActionOf(operation)} on the queue, in the caller's policy and in the queue's own if it has one;"
            + $" if the queue is encrypted with a KMS key, {KeyActions(operation)} on the key may be missing",
        "KmsAccessDenied" or "KMS.AccessDenied" => $"allow {KeyActions(operation)} on the queue's KMS key",
        "KmsDisabled" or "KmsInvalidState" or "KmsNotFound" => "the queue's KMS key cannot be used: see its state in KMS",
        "QueueDoesNotExist" => "the queue does not exist: check region, account and name in its address, or create it",
        "QueueDeletedRecently" => "a queue of this name was deleted less than 60 s ago: wait that long",
        "InvalidClientTokenId" or "UnrecognizedClient" or "InvalidAccessKeyId" =>
            "AWS does not know this access key: check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, and that key and queue are of one"
            + " partition",
        "MissingAuthenticationToken" => "the request arrived without its signature: a proxy may have removed it",
        "SignatureDoesNotMatch" or "InvalidSignature" or "IncompleteSignature" =>
            "the secret key does not belong to the access key, the region is another one, or a proxy changes requests",
        "ExpiredToken" => "the session token has expired, and the credential chain gave no newer one",
        "RequestTimeTooSkewed" or "RequestExpired" or "RequestInTheFuture" => "this machine's clock is wrong by minutes: set it",
        "OverLimit" => "too many messages are in flight: delete or release some",
        "InvalidMessageContents" =>
            "a text holds characters that XML does not know, such as controls other than tab, line feed and carriage return",
        "BatchRequestTooLong" =>
            "the messages of one call are larger than the queue takes: its MaximumMessageSize was lowered after it was asked",
        "InvalidParameterValue" when operation is SqsOperation.ChangeMessageVisibility =>
            "the lease would end beyond the limit of 12 hours after the receive",
        "InvalidParameterValue" or "InvalidAttributeValue" or "InvalidAddress" or "UnsupportedOperation" =>
            "the queue does not take such a request: check that its address is that of a standard queue of SQS",
        "RequestThrottled" or "Throttling" or "KmsThrottled" => "throttled",
        _ => null,
    };

    /// <summary>Whether the code alone shows that the same call may succeed later.</summary>
    public static bool IsTransient(string? code) =>
        code is "RequestThrottled" or "RequestThrottling" or "Throttling" or "Throttled"
        or "ThrottledRequest" or "TooManyRequests" or "KmsThrottled" or "KMS.Throttling" or "OverLimit" or "QueueDeletedRecently"
        or "ServiceUnavailable" or "InternalError" or "InternalFailure";

    private static string KeyActions(string operation) =>
        operation is SqsOperation.SendMessageBatch ? "kms:GenerateDataKey and kms:Decrypt" : "kms:Decrypt";
}
