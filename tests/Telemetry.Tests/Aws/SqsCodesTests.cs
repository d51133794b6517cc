using System.Net;
using Amazon.Runtime;
using Amazon.SQS;
using Telemetry.Aws;
using Telemetry.Queues;

namespace Telemetry.Tests.Aws;

public sealed class SqsCodesTests
{
    private static readonly SqsFailures Failures = new(
        QueueEndpoint.TryParse("https://sqs.eu-central-1.amazonaws.com/1/q", null, null, out var endpoint, out _)
            ? endpoint
            : null!);

    [Theory]
    [InlineData(null, null)]
    [InlineData(" ", null)]
    [InlineData("com.amazonaws.sqs#QueueDoesNotExist", "QueueDoesNotExist")]
    [InlineData("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")]
    [InlineData("AccessDeniedException", "AccessDenied")]
    public void The_spellings_of_a_code_become_one(string? code, string? expected) =>
        Assert.Equal(expected, SqsFailures.Normalize(code));

    [Theory]
    [InlineData("Value AQEB for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.", true)]
    [InlineData("The input receipt handle is not a valid receipt handle.", true)]
    [InlineData("Value 50000 for parameter VisibilityTimeout is invalid.", false)]
    public void A_parameter_error_about_the_receipt_is_a_lost_lease(string message, bool isLost) =>
        Assert.Equal(isLost, SqsFailures.IsLostLease(Failure(400, "InvalidParameterValue", message).Code));

    [Theory]
    [InlineData(500, null, true)]
    [InlineData(503, "ServiceUnavailable", true)]
    [InlineData(429, null, true)]
    [InlineData(400, "ThrottlingException", true)]
    [InlineData(400, "RequestThrottled", true)]
    [InlineData(400, "KmsThrottled", true)]
    [InlineData(400, "KMS.ThrottlingException", true)]
    [InlineData(403, "OverLimit", true)]
    [InlineData(400, "AccessDeniedException", false)]
    [InlineData(400, "QueueDoesNotExist", false)]
    [InlineData(400, "InvalidMessageContents", false)]
    [InlineData(404, null, false)]
    public void Only_what_may_pass_is_transient(int status, string? code, bool isTransient) =>
        Assert.Equal(isTransient, Failure(status, code, "text").IsTransient);

    private static QueueFailure Failure(int status, string? code, string message) => Failures.Of(
        SqsOperation.DeleteMessage,
        new AmazonSQSException(message, innerException: null!, ErrorType.Unknown, code!, "request-1", (HttpStatusCode)status));
}
