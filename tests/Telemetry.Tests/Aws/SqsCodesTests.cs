using Telemetry.Aws;

namespace Telemetry.Tests.Aws;

public sealed class SqsCodesTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData(" ", null)]
    [InlineData("com.amazonaws.sqs#QueueDoesNotExist", "QueueDoesNotExist")]
    [InlineData("AWS.SimpleQueueService.NonExistentQueue;Sender", "QueueDoesNotExist")]
    [InlineData("com.amazon.coral.service#AccessDeniedException", "AccessDeniedException")]
    [InlineData("UnrecognizedClientException:http://internal.amazon.com/coral/", "UnrecognizedClientException")]
    public void The_spellings_of_a_code_become_one(string? code, string? expected) =>
        Assert.Equal(expected, SqsCodes.Normalize(code, null));

    [Theory]
    [InlineData("Value AQEB for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.", true)]
    [InlineData("The input receipt handle is not a valid receipt handle.", true)]
    [InlineData("Value 50000 for parameter VisibilityTimeout is invalid.", false)]
    [InlineData(null, false)]
    public void A_parameter_error_about_the_receipt_is_a_lost_lease(string? message, bool isLost) =>
        Assert.Equal(isLost, SqsCodes.IsLostLease(SqsCodes.Normalize("InvalidParameterValue", message)));

    [Theory]
    [InlineData(500, null, true)]
    [InlineData(503, "ServiceUnavailable", true)]
    [InlineData(429, null, true)]
    [InlineData(400, "ThrottlingException", true)]
    [InlineData(400, "RequestThrottled", true)]
    [InlineData(400, "KmsThrottled", true)]
    [InlineData(400, "KMS.ThrottlingException", true)]
    [InlineData(400, "AccessDeniedException", false)]
    [InlineData(400, "QueueDoesNotExist", false)]
    [InlineData(400, "InvalidMessageContents", false)]
    [InlineData(404, null, false)]
    public void Only_what_may_pass_is_transient(int status, string? code, bool isTransient) =>
        Assert.Equal(isTransient, SqsCodes.IsTransient(status, code));
}
