using System.Diagnostics;
using System.Text;
using Amazon.Runtime;
using Telemetry.Aws;
using Telemetry.Queues;
using Telemetry.Tests.Azure;

namespace Telemetry.Tests.Aws;

/// <summary>Who calls, and what the caller is told when it may not: signatures, clocks, tokens, hosts.</summary>
public sealed class SqsCallerTests
{
    private const string TokenHeader = "X-Amz-Security-Token";

    private static CancellationToken Bound => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_is_signed_for_the_queues_region_with_the_credentials(bool withToken)
    {
        await using var sqs = await FakeSqs.StartAsync(FakeSqsReply.Success);
        await using var queue = sqs.Open(credentials: KnownCredentials.New(withToken));

        await queue.SendAsync([Encoding.UTF8.GetBytes("{\"a\":\"ü\"}")], Bound);

        Assert.All(sqs.Requests, request =>
        {
            Assert.Equal(("POST", "/"), (request.Method, request.Path));
            Assert.Equal(withToken ? KnownCredentials.TokenOf(1) : null, request.Headers.GetValueOrDefault(TokenHeader));
            Assert.Equal(SigV4Check.Expected(request, KnownCredentials.Secret), SigV4Check.Given(request));
            Assert.Contains($"Credential={KnownCredentials.Key}/", request.Headers["Authorization"], StringComparison.Ordinal);
            Assert.Contains("/us-east-1/sqs/aws4_request", request.Headers["Authorization"], StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task The_sdks_chain_signs_for_a_containers_role_and_asks_it_again_when_the_token_has_expired()
    {
        await using var container = await FakeContainer.StartAsync();
        await using var sqs = await FakeSqs.StartAsync(request =>
            request.Headers[TokenHeader] == KnownCredentials.TokenOf(1)
                ? FakeSqsReply.Error("ExpiredTokenException", 403)
                : FakeSqsReply.Success(request));
        await using var queue = sqs.Open(credentials: new SqsCredentials());

        await queue.GetDepthAsync(Bound);
        await queue.GetDepthAsync(Bound);

        Assert.Equal(3, sqs.Requests.Count);
        Assert.Equal(2, container.Sessions);
    }

    [Fact]
    public async Task A_token_that_stays_expired_is_an_error_after_two_requests()
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Error("ExpiredTokenException", 403));
        await using var queue = sqs.Open(credentials: KnownCredentials.New(withToken: true));

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
            var now = TimeProvider.System.GetUtcNow().AddMinutes(minutes);
            return (SigV4Check.TimeOf(request) - now).Duration() > TimeSpan.FromMinutes(5)
                ? FakeSqsReply.Error(code, 403) with { Date = now }
                : FakeSqsReply.Success(request) with { Date = now };
        });
        await using var queue = sqs.Open();

        await queue.GetDepthAsync(Bound);
        await queue.GetDepthAsync(Bound);

        Assert.Equal(3, sqs.Requests.Count);
    }

    [Fact]
    public async Task A_wrong_secret_is_an_error_after_one_request()
    {
        var reply = FakeSqsReply.Error("SignatureDoesNotMatch", 403, "The canonical string: x-amz-security-token:leak");
        await using var sqs = await FakeSqs.StartAsync(_ => reply with { Date = TimeProvider.System.GetUtcNow() });
        await using var queue = sqs.Open();

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(Bound));

        Assert.Single(sqs.Requests);
        Assert.DoesNotContain("leak", error.ToString(), StringComparison.Ordinal);
    }

    [Trait("Lane", "full")]
    [Theory]
    [InlineData("http://127.0.0.1:9/1/q", "refuses connections")]
    [InlineData("https://sqs.nowhere-1.invalid/1/q", "does not resolve")]
    public async Task A_host_that_is_out_of_reach_is_named_with_the_reason(string url, string reason)
    {
        Assert.True(QueueEndpoint.TryParse(url, "sqs", null, out var endpoint, out _));
        await using var queue = new SqsQueue(endpoint, new ImpatientClock(), () => KnownCredentials.New());

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(Bound));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(endpoint.Url.Authority, error.Message, StringComparison.Ordinal);
        Assert.True(error.Failure.IsTransient);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused_without_a_second_attempt()
    {
        using var certificate = LoopbackCertificate.Create();
        await using var sqs = await FakeSqs.StartWaitingAsync(
            request => Task.FromResult(FakeSqsReply.Success(request)), certificate);
        await using var queue = sqs.Open();
        var watch = Stopwatch.StartNew();

        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(Bound));

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal("https", sqs.Endpoint.Url.Scheme);
        Assert.Contains("certificate", error.Message, StringComparison.Ordinal);
        Assert.False(error.Failure.IsTransient);
        Assert.Empty(sqs.Requests);
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
    public async Task A_loopback_address_takes_dummy_credentials_and_any_other_the_chains()
    {
        Assert.True(QueueEndpoint.TryParse("http://127.0.0.1:9/1/q", "sqs", null, out var emulator, out _));
        Assert.True(QueueEndpoint.TryParse("https://sqs.eu-central-1.amazonaws.com/1/q", null, null, out var service, out _));

        var dummy = await SqsCredentials.For(emulator).GetCredentialsAsync();

        Assert.Equal(("test", "test", false), (dummy.AccessKey, dummy.SecretKey, dummy.UseToken));
        Assert.IsType<SqsCredentials>(SqsCredentials.For(service));
    }

    [Fact]
    public async Task Nothing_is_looked_up_before_the_first_operation()
    {
        Assert.True(QueueEndpoint.TryParse("http://127.0.0.1:9/1/q", "sqs", null, out var endpoint, out _));
        await using var queue = new SqsQueue(
            endpoint, TimeProvider.System, () => throw new InvalidOperationException("looked up"));

        Assert.Same(endpoint, queue.Endpoint);
        Assert.Equal(10, queue.MaxReceive);
        await queue.SendAsync([], Bound);
    }

    private sealed class NoCredentials : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials() =>
            throw new AmazonClientException("Failed to resolve AWS credentials.");
    }
}
