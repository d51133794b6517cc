using Telemetry.Aws;

namespace Telemetry.Tests.Aws;

/// <summary>What a check says about missing permissions.</summary>
public sealed class SqsCheckTests
{
    private static readonly string[] AllOperations =
    [
        SqsOperation.GetQueueAttributes,
        SqsOperation.ReceiveMessage,
        SqsOperation.ChangeMessageVisibility,
        SqsOperation.DeleteMessage,
    ];

    private static CancellationToken Bound => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Theory]
    [InlineData(SqsOperation.GetQueueAttributes, "sqs:GetQueueAttributes")]
    [InlineData(SqsOperation.ReceiveMessage, "sqs:ReceiveMessage")]
    [InlineData(SqsOperation.ChangeMessageVisibility, "sqs:ChangeMessageVisibility")]
    [InlineData(SqsOperation.DeleteMessage, "sqs:DeleteMessage")]
    public async Task A_check_names_the_one_action_that_is_missing(string denied, string action)
    {
        await using var sqs = await FakeSqs.StartAsync(request =>
            request.Operation == denied ? FakeSqsReply.Error("AccessDeniedException")
            : request.Json.ContainsKey("ReceiptHandle") ? FakeSqsReply.Error("ReceiptHandleIsInvalid", 404)
            : FakeSqsReply.Success(request));
        await using var queue = sqs.Open();

        var findings = await queue.CheckAsync(Bound);

        Assert.Equal(
            AllOperations,
            findings.Select(finding => finding.Operation),
            StringComparer.Ordinal);
        var finding = Assert.Single(findings, finding => finding.Error is not null);
        Assert.Equal(denied, finding.Operation);
        Assert.Contains($"allow {action} ", finding.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("kms:Decrypt", finding.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("QueueDoesNotExist")]
    [InlineData("InvalidClientTokenId")]
    public async Task A_check_stops_where_the_rest_could_not_succeed(string code)
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Error(code));
        await using var queue = sqs.Open();

        Assert.Equal(code, Assert.Single(await queue.CheckAsync(Bound)).Error!.Failure.Code);
    }
}
