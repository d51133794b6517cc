using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Telemetry.Aws;
using Telemetry.Azure;
using Telemetry.Queues;
using Telemetry.Tests.Aws;
using Telemetry.Tests.Azure;

namespace Telemetry.Tests.Sending;

/// <summary>
/// Sending gives birth to no telemetry, whatever is listened to: an idle process would else send for ever. Real clients of both
/// clouds, over HTTP on loopback, under listeners to everything. Alone, since listeners hear the whole process.
/// </summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SilenceTests
{
    private const string Name = "silence";

    [Fact]
    public async Task Sending_to_Sqs_is_not_observed()
    {
        await using var sqs = await FakeSqs.StartAsync(FakeSqsReply.Success);
        await using var test = new ObservedClient(
            new SqsQueueConnector().OpenSender(sqs.Endpoint, TimeProvider.System), sqs.Endpoint.Url.Port);
        await AssertSilentAsync(test);
    }

    [Fact]
    public async Task Sending_to_an_Azure_queue_is_not_observed()
    {
        await using var server = await FakeQueueServer.StartAsync((_, context) => Answers.Stored(context));
        await using var test = new ObservedClient(
            new AzureQueueConnector().OpenSender(server.Queue, TimeProvider.System), server.Queue.Url.Port);
        await AssertSilentAsync(test);
    }

    [Fact]
    public async Task Asking_for_a_token_is_not_observed()
    {
        using var certificate = LoopbackCertificate.Create();
        using var trusting = Trusting(certificate);
        await using var server = await FakeQueueServer.StartAsync((_, context) => Answers.Stored(context), certificate);
        using var source = new ActivitySource("SilenceTests.Identity");
        await using var test = new ObservedClient(
            new AzureQueue(server.At(null), TimeProvider.System, new TracedCredential(source), trusting), server.Queue.Url.Port);
        await AssertSilentAsync(test);
    }

    [Fact]
    public async Task A_queue_that_refuses_is_not_observed_either()
    {
        var refusals = 3;
        await using var sqs = await FakeSqs.StartAsync(request =>
            request.Operation is SqsOperation.SendMessageBatch && refusals-- > 0
            ? FakeSqsReply.Error("InvalidClientTokenId", 403)
            : FakeSqsReply.Success(request));
        await using var test = new ObservedClient(
            new SqsQueueConnector().OpenSender(sqs.Endpoint, TimeProvider.System), sqs.Endpoint.Url.Port);
        test.Client.Send("{\"n\":1}"u8);
        for (var flush = 0; flush < 3; flush++)
            Assert.False((await test.FlushAsync()).IsComplete);

        Assert.True((await test.FlushAsync()).IsComplete);
        Assert.True((await test.FlushAsync()).IsComplete);
        Assert.Empty(test.Observed);
    }

    [Fact]
    public async Task The_applications_own_calls_to_the_same_server_are_observed()
    {
        await using var sqs = await FakeSqs.StartAsync(FakeSqsReply.Success);
        await using var test = new ObservedClient(
            new SqsQueueConnector().OpenSender(sqs.Endpoint, TimeProvider.System), sqs.Endpoint.Url.Port);
        await AssertSilentAsync(test);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, sqs.Endpoint.Url);
        request.Headers.Add("X-Amz-Target", $"AmazonSQS.{SqsOperation.GetQueueAttributes}");
        using var response = await http.SendAsync(request);

        await Eventually.TrueAsync(async () => (await test.FlushAsync()).IsComplete && test.Observed.Count >= 2);
        Assert.Contains(test.Observed, json => json.Contains("\"http.client.request.duration\"", StringComparison.Ordinal));
        Assert.Contains(test.Observed, json => json.Contains("\"source\":\"System.Net.Http\"", StringComparison.Ordinal));
    }

    private static async Task AssertSilentAsync(ObservedClient test)
    {
        for (var round = 0; round < 3; round++)
        {
            test.Client.Send("{\"n\":1}"u8);
            Assert.True((await test.FlushAsync()).IsComplete);
            await test.Client.SendAsync("{\"n\":2}"u8.ToArray());
        }

        // What was measured meanwhile would leave with this one.
        Assert.True((await test.FlushAsync()).IsComplete);
        Assert.Equal(6, test.Sent);
        Assert.True(test.Observed.Count == 0, string.Join(Environment.NewLine, test.Observed));
    }

    private static SocketsHttpHandler Trusting(X509Certificate2 certificate)
    {
        var handler = QueueHttp.NewHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) =>
            shown?.GetCertHashString() == certificate.GetCertHashString();
        return handler;
    }

    // Traces its work, as providers of credentials do; the token is asked for again with each call.
    private sealed class TracedCredential(ActivitySource source) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            using (source.StartActivity("token"))
                return new AccessToken("token", TimeProvider.System.GetUtcNow().AddSeconds(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(
            TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
