using System.Text;
using Amazon.Runtime;
using Telemetry.Aws;
using Telemetry.Queues;

namespace Telemetry.Tests.Aws;

/// <summary>Who calls, and what the caller is told when it may not: signatures, clocks, tokens, permissions, unreachable hosts.</summary>
public sealed class SqsCallerTests
{
    private static CancellationToken Bound => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_carries_a_signature_that_holds(bool withToken)
    {
        await using var sqs = await FakeSqs.StartAsync(FakeSqsReply.Success);
        await using var queue = sqs.Open(credentials: new KnownCredentials(withToken));

        await queue.SendAsync([Encoding.UTF8.GetBytes("{\"a\":\"ü\"}")], Bound);

        Assert.All(sqs.Requests, request =>
        {
            Assert.Equal(("POST", "/"), (request.Method, request.Path));
            Assert.Equal("application/x-amz-json-1.0", request.Headers["Content-Type"]);
            Assert.Equal(withToken ? KnownCredentials.TokenOf(1) : null, request.Headers.GetValueOrDefault("X-Amz-Security-Token"));
            Assert.Equal(SigV4Check.Expected(request, KnownCredentials.Secret), SigV4Check.Given(request));
        });
    }

    [Fact]
    public async Task An_expired_token_is_renewed_once()
    {
        await using var sqs = await FakeSqs.StartAsync(request =>
            request.Headers["X-Amz-Security-Token"] == KnownCredentials.TokenOf(1)
                ? FakeSqsReply.Error("ExpiredTokenException", 403)
                : FakeSqsReply.Success(request));
        var clock = new ImpatientClock();
        await using var queue = sqs.Open(clock, new KnownCredentials(withToken: true));

        await queue.GetLimitsAsync(Bound);

        Assert.Equal(2, sqs.Requests.Count);
        Assert.Empty(clock.Waits);
    }

    [Fact]
    public async Task The_sdks_chain_signs_for_a_containers_role_and_asks_it_again_when_the_token_has_expired()
    {
        await using var container = await FakeContainer.StartAsync();
        await using var sqs = await FakeSqs.StartAsync(request =>
            request.Headers["X-Amz-Security-Token"] == KnownCredentials.TokenOf(1)
                ? FakeSqsReply.Error("ExpiredTokenException", 403)
                : FakeSqsReply.Success(request));
        await using var queue = sqs.Open(credentials: new ChainCredentials());

        await queue.GetDepthAsync(Bound);
        await queue.GetDepthAsync(Bound);

        Assert.Equal(3, sqs.Requests.Count);
        Assert.Equal(2, container.Sessions);
        Assert.All(sqs.Requests, request => Assert.Equal(SigV4Check.Expected(request, KnownCredentials.Secret), SigV4Check.Given(request)));
    }

    [Fact]
    public async Task A_token_that_stays_expired_is_an_error_after_two_requests()
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Error("ExpiredTokenException", 403));
        await using var queue = sqs.Open(credentials: new KnownCredentials(withToken: true));

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(Bound));

        Assert.Equal(2, sqs.Requests.Count);
        Assert.DoesNotContain("session-token", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(KnownCredentials.Secret, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RequestTimeTooSkewed", 20)]
    [InlineData("InvalidSignatureException", -20)]
    public async Task A_wrong_clock_is_corrected_from_the_servers_date_and_stays_corrected(string code, int minutes)
    {
        await using var sqs = await FakeSqs.StartAsync(request =>
        {
            var now = TimeProvider.System.GetUtcNow();
            var skew = (SigV4Check.TimeOf(request) - now).Duration();
            return skew > TimeSpan.FromMinutes(5) ? FakeSqsReply.Error(code, 403) with { Date = now } : FakeSqsReply.Success(request);
        });
        await using var queue = sqs.Open(new ImpatientClock { Offset = TimeSpan.FromMinutes(minutes) });

        await queue.GetDepthAsync(Bound);
        await queue.GetDepthAsync(Bound);

        Assert.Equal(3, sqs.Requests.Count);
    }

    [Fact]
    public async Task A_wrong_secret_is_an_error_after_one_request()
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Error("SignatureDoesNotMatch", 403, "The canonical string: x-amz-security-token:leak")
            with { Date = TimeProvider.System.GetUtcNow() });
        await using var queue = sqs.Open();

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(Bound));

        Assert.Single(sqs.Requests);
        Assert.DoesNotContain("leak", error.ToString(), StringComparison.Ordinal);
    }

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
            [SqsOperation.GetQueueAttributes, SqsOperation.ReceiveMessage, SqsOperation.ChangeMessageVisibility, SqsOperation.DeleteMessage],
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

    [Theory]
    [InlineData("http://127.0.0.1:9/1/q", "refuses connections")]
    [InlineData("https://sqs.nowhere-1.invalid/1/q", "does not resolve")]
    public async Task A_host_that_is_out_of_reach_is_named_with_the_reason(string url, string reason)
    {
        Assert.True(QueueEndpoint.TryParse(url, "sqs", null, out var endpoint, out _));
        await using var queue = new SqsQueue(endpoint, new ImpatientClock(), () => new KnownCredentials());

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(Bound));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(endpoint.Url.Authority, error.Message, StringComparison.Ordinal);
        Assert.True(error.Failure.IsTransient);
    }

    [Fact]
    public async Task Missing_credentials_are_an_error_that_says_what_to_set()
    {
        await using var sqs = await FakeSqs.StartAsync(FakeSqsReply.Success);
        await using var queue = sqs.Open(credentials: new NoCredentials());

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(Bound));

        Assert.Contains("AWS_ACCESS_KEY_ID", error.Message, StringComparison.Ordinal);
        Assert.False(error.Failure.IsTransient);
        Assert.Empty(sqs.Requests);
    }

    [Fact]
    public async Task A_loopback_address_takes_the_environments_credentials_or_dummy_ones()
    {
        var dummy = await new LoopbackCredentials(_ => null).GetAsync(Bound);
        Assert.Equal(("test", "test", false), (dummy.AccessKey, dummy.SecretKey, dummy.UseToken));

        var own = await new LoopbackCredentials(name => name).GetAsync(Bound);
        Assert.Equal(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), (own.AccessKey, own.SecretKey, own.Token));
    }

    [Fact]
    public async Task Nothing_is_looked_up_before_the_first_operation()
    {
        Assert.True(QueueEndpoint.TryParse("http://127.0.0.1:9/1/q", "sqs", null, out var endpoint, out _));
        await using var queue = new SqsQueue(endpoint, TimeProvider.System, () => throw new InvalidOperationException("looked up"));

        Assert.Same(endpoint, queue.Endpoint);
        Assert.Equal(10, queue.MaxReceive);
        await queue.SendAsync([], Bound);
    }

    private sealed class NoCredentials : ISqsCredentials
    {
        public ValueTask<ImmutableCredentials> GetAsync(CancellationToken cancellationToken) =>
            throw new AmazonClientException("Failed to resolve AWS credentials.");

        public void Forget()
        {
            // There are none.
        }
    }
}
