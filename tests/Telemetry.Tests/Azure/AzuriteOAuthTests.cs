using System.Security.Cryptography.X509Certificates;
using System.Text;
using Harness.Components;
using Telemetry.Azure;

namespace Telemetry.Tests.Azure;

[Trait("Lane", "full")]
/// <summary>
/// Bearer tokens over https against an Azurite that checks their audience, issuer and lifetime, but not who signed them.
/// </summary>
public sealed class AzuriteOAuthTests : IAsyncLifetime
{
    private readonly CancellationToken _bound = new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;
    private readonly int _port = FreePort.Next();
    private readonly string _folder = LocalFolders.NewRunFolder("azurite-oauth");
    private readonly X509Certificate2 _certificate = LoopbackCertificate.Create();
    private ChildProcess _azurite = null!;

    public async ValueTask InitializeAsync()
    {
        var certificate = Path.Combine(_folder, "cert.pem");
        var key = Path.Combine(_folder, "key.pem");
        await File.WriteAllTextAsync(certificate, _certificate.ExportCertificatePem(), _bound);
        await File.WriteAllTextAsync(key, _certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), _bound);
        var program = LocalFolders.Installed(Path.Combine(LocalFolders.Npm, "node_modules/azurite/dist/src/queue/main.js"));
        _azurite = await ChildProcess.StartAsync(new ChildProcessStart(
            LocalFolders.Node,
            [
                program, "--queueHost", "127.0.0.1", "--queuePort", $"{_port}", "--oauth", "basic",
                "--cert", certificate, "--key", key, "--disableTelemetry", "--inMemoryPersistence",
            ])
        {
            Name = "Azurite",
            WorkingDirectory = _folder,
        });
        await _azurite.WaitForLineAsync(
            line => line.Contains("successfully listens", StringComparison.Ordinal), TimeSpan.FromSeconds(30), _bound);
    }

    public async ValueTask DisposeAsync()
    {
        await _azurite.DisposeAsync();
        _certificate.Dispose();
        LocalFolders.RemoveRunFolder(_folder);
    }

    [Fact]
    public async Task A_token_for_storage_is_accepted_and_one_for_another_audience_is_not()
    {
        using var trusting = new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, presented, _, _) => _certificate.Equals(presented) },
        };
        var endpoint = Endpoints.Azure(new Uri($"https://127.0.0.1:{_port}/devstoreaccount1/orders"), connection: null);
        var identity = new FixedCredential(TokenFor("https://storage.azure.com"));
        await using var queue = new AzureQueue(endpoint, TimeProvider.System, identity, trusting);
        await queue.CreateIfMissingAsync(_bound);
        await queue.SendAsync(["VFE="u8.ToArray()], _bound);
        var message = Assert.Single(await queue.ReceiveAsync(1, TimeSpan.FromSeconds(30), TimeSpan.Zero, _bound));
        Assert.Empty(await queue.DeleteAsync([message], _bound));

        var other = new FixedCredential(TokenFor("https://vault.azure.net"));
        await using var stranger = new AzureQueue(endpoint, TimeProvider.System, other, trusting);
        var finding = Assert.Single(await stranger.CheckAsync(_bound));
        Assert.Contains("the token was refused", finding.Error!.Message, StringComparison.Ordinal);
    }

    private static string TokenFor(string audience)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var lifetime = $"\"iat\":{now},\"nbf\":{now - 60},\"exp\":{now + 3600}";
        var claims = $$"""{"aud":"{{audience}}","iss":"https://sts.windows.net/tenant/",{{lifetime}}}""";
        return $"{Encode("""{"alg":"none","typ":"JWT"}""")}.{Encode(claims)}.{Encode("signature")}";
    }

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
