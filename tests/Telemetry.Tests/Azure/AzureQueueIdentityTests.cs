using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Identity;
using Telemetry.Azure;
using Telemetry.Queues;

namespace Telemetry.Tests.Azure;

public sealed class AzureQueueIdentityTests : IDisposable
{
    private const string Token = "the-token-of-the-identity";

    private readonly CancellationToken _bound = new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;
    private readonly X509Certificate2 _certificate = LoopbackCertificate.Create();
    private readonly SocketsHttpHandler _trusting;

    public AzureQueueIdentityTests() => _trusting = new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => _certificate.Equals(certificate) },
    };

    public void Dispose()
    {
        _trusting.Dispose();
        _certificate.Dispose();
    }

    [Fact]
    public async Task Without_a_connection_string_requests_carry_the_identitys_token_for_storage()
    {
        var identity = new FixedCredential(Token);
        await using var server = await FakeQueueServer.StartAsync((_, context) => Answers.Stored(context), _certificate);
        await using var queue = Open(server, identity);
        await queue.SendAsync(["VFE="u8.ToArray()], _bound);
        await queue.SendAsync(["VFE="u8.ToArray()], _bound);

        Assert.Equal(["https://storage.azure.com/.default"], identity.Scopes);
        Assert.All(server.Requests, request => Assert.Equal($"Bearer {Token}", request.Headers.Authorization.ToString()));
        Assert.All(server.Requests, request => Assert.Equal("2021-12-02", request.Headers["x-ms-version"].ToString()));
    }

    [Fact]
    public async Task No_token_is_sent_over_plain_http()
    {
        var identity = new FixedCredential(Token);
        await using var server = await FakeQueueServer.StartAsync((_, context) => Answers.Stored(context));
        await using var queue = new AzureQueue(server.At(connection: null), TimeProvider.System, identity, handler: null);
        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(_bound));

        Assert.Contains("over https only", error.Message, StringComparison.Ordinal);
        Assert.Empty(identity.Scopes);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("PUT", "Update Message", "queues/messages/write, which Storage Queue Data Message Processor lacks")]
    [InlineData("DELETE", "Delete Message", "queues/messages/delete or Microsoft.Storage/")]
    [InlineData("?peekonly", "Peek Messages", "queues/messages/read: assign it Storage Queue Data Contributor")]
    [InlineData("?comp", "Get Queue Metadata", "queues/read: assign it Storage Queue Data Contributor")]
    public async Task A_check_names_the_permission_that_the_identity_lacks(string refused, string operation, string permission)
    {
        await using var server = await FakeQueueServer.StartAsync(
            (_, context) => $"{context.Request.Method}{context.Request.QueryString}".Contains(refused, StringComparison.Ordinal)
                ? Answers.Error(context, 403, "AuthorizationPermissionMismatch")
                : context.Request.Method is "GET" ? Answers.Messages(context) : Answers.Error(context, 400, "PopReceiptMismatch"),
            _certificate);
        await using var queue = Open(server, new FixedCredential(Token));
        var findings = await queue.CheckAsync(_bound);

        Assert.Equal(4, findings.Count);
        var missing = Assert.Single(findings, finding => finding.Error is not null);
        Assert.Equal(operation, missing.Operation);
        Assert.Contains(permission, missing.Error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, missing.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_token_points_at_the_tenant()
    {
        await using var server = await FakeQueueServer.StartAsync(
            (_, context) => Answers.Error(context, 401, "InvalidAuthenticationInfo"), _certificate);
        await using var queue = Open(server, new FixedCredential(Token));
        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(_bound));

        Assert.Contains("the token was refused: check that the identity's tenant", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_identity_is_found_by_the_check_which_says_what_to_set()
    {
        var identity = new FailingCredential(new CredentialUnavailableException("nothing is configured"));
        await using var server = await FakeQueueServer.StartAsync((_, context) => Answers.Stored(context), _certificate);
        await using var queue = Open(server, identity);
        var finding = Assert.Single(await queue.CheckAsync(_bound));

        Assert.Contains("give the host a managed identity (AZURE_CLIENT_ID", finding.Error!.Message, StringComparison.Ordinal);
        Assert.False(finding.Error.Failure.IsTransient);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task An_identity_that_gets_no_token_says_what_to_check()
    {
        var identity = new FailingCredential(new AuthenticationFailedException("invalid_client"));
        await using var server = await FakeQueueServer.StartAsync((_, context) => Answers.Stored(context), _certificate);
        await using var queue = Open(server, identity);
        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(_bound));

        Assert.Contains("the identity got no token: check AZURE_TENANT_ID", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_named()
    {
        await using var server = await FakeQueueServer.StartAsync((_, context) => Answers.Stored(context), _certificate);
        await using var queue = new AzureQueue(server.Queue, TimeProvider.System);
        var error = await Assert.ThrowsAsync<QueueException>(() => queue.GetDepthAsync(_bound));

        Assert.Contains(
            $"the certificate of '{server.Queue.Url.Authority}' is not trusted here", error.Message, StringComparison.Ordinal);
        Assert.False(error.Failure.IsTransient);
    }

    private AzureQueue Open(FakeQueueServer server, TokenCredential identity) =>
        new(server.At(connection: null), TimeProvider.System, identity, _trusting);
}
