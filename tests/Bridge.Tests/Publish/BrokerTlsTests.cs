using Bridge.RabbitMq.Connections;
using Harness.Components;

namespace Bridge.Tests.Publish;

public sealed class BrokerTlsTests : IDisposable
{
    private const string Password = "key-pass-word";

    private static readonly RabbitMqOptions Tls = new() { Uri = "amqps://u:p@broker.example/" };

    private readonly CertificateAuthority _authority = new("company CA");

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void Without_options_the_machines_trust_holds_and_no_certificate_is_shown()
    {
        Assert.Equal((null, null, null, null), (Tls.CaFile, Tls.ClientCertificateFile, Tls.ClientKeyFile, Tls.ClientKeyPassword));
        Assert.Null(TlsFiles.ReadAuthorities(Tls));
        Assert.Null(TlsFiles.ReadClientCertificate(Tls));
        Assert.Empty(Tls.Validate());
    }

    [Fact]
    public void A_client_certificate_is_read_from_pem_and_pfx_encrypted_or_not()
    {
        var (plain, encrypted) = (_authority.IssueForClient("bridge"), _authority.IssueForClient("bridge", Password));
        var both = Path.ChangeExtension(plain.CertificateFile, ".both");
        File.WriteAllText(both, File.ReadAllText(plain.CertificateFile) + "\n" + File.ReadAllText(plain.KeyFile));

        foreach (var options in new[]
        {
            Tls with { ClientCertificateFile = plain.CertificateFile, ClientKeyFile = plain.KeyFile },
            Tls with { ClientCertificateFile = both },
            Tls with { ClientCertificateFile = plain.PfxFile },
            Tls with
            {
                ClientCertificateFile = encrypted.CertificateFile,
                ClientKeyFile = encrypted.KeyFile,
                ClientKeyPassword = Password,
            },
            Tls with { ClientCertificateFile = encrypted.PfxFile, ClientKeyPassword = Password },
        })
        {
            Assert.Empty(options.Validate());
            using var certificate = TlsFiles.ReadClientCertificate(options);
            Assert.True(certificate!.HasPrivateKey);
        }
    }

    [Fact]
    public void Certificates_are_released_with_their_connection()
    {
        var own = _authority.IssueForClient("bridge");
        var tls = new BrokerTls(Tls with
        {
            CaFile = _authority.CertificateFile,
            ClientCertificateFile = own.CertificateFile,
            ClientKeyFile = own.KeyFile,
        });
        using var asked = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificateFromFile(
            _authority.CertificateFile);
        var shown = tls.Option.CertificateSelectionCallback!(this, "", [], asked, [])!;
        Assert.NotEqual(IntPtr.Zero, shown.Handle);

        tls.Dispose();

        Assert.Equal(IntPtr.Zero, shown.Handle);
    }

    [Fact]
    public void A_file_that_cannot_be_used_is_named_with_its_key_and_what_to_do()
    {
        var issued = _authority.IssueForClient("bridge", Password);
        var other = _authority.IssueForClient("other");
        var folder = Path.GetDirectoryName(issued.CertificateFile)!;
        var empty = Path.Combine(folder, "empty");
        File.WriteAllText(empty, "");

        foreach (var (options, start) in new[]
        {
            (Tls with { CaFile = "/no/such/ca.pem" }, "CaFile is '/no/such/ca.pem', which is missing: give"),
            (Tls with { CaFile = folder }, $"CaFile is '{folder}', which cannot be read: make"),
            (Tls with { CaFile = empty }, $"CaFile is '{empty}', which holds no PEM certificate: give"),
            (Tls with { CaFile = "" }, "CaFile is '', which cannot be read: make"),
            (
                Tls with { ClientCertificateFile = "/no/such.pem" },
                "ClientCertificateFile is '/no/such.pem', which is missing: give"),
            (
                Tls with { ClientCertificateFile = other.CertificateFile, ClientKeyFile = "/no/such.key" },
                "ClientKeyFile is '/no/such.key', which is missing"),
            (
                Tls with { ClientCertificateFile = other.CertificateFile },
                $"ClientCertificateFile is '{other.CertificateFile}', which "),
            (
                Tls with { ClientCertificateFile = other.CertificateFile, ClientKeyFile = issued.KeyFile },
                $"ClientCertificateFile is '{other.CertificateFile}', which "),
            (
                Tls with { ClientCertificateFile = issued.PfxFile, ClientKeyPassword = "wrong-pass" },
                $"ClientCertificateFile is '{issued.PfxFile}', which "),
            (Tls with { ClientKeyFile = issued.KeyFile }, "ClientKeyFile or ClientKeyPassword is set without a certificate"),
            (
                new RabbitMqOptions { CaFile = _authority.CertificateFile },
                "CaFile is set, but Bridge:RabbitMq:Uri asks for no TLS: begin"),
        })
        {
            var error = Assert.Single(options.Validate());
            Assert.StartsWith($"Bridge:RabbitMq:{start}", error, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error);
            Assert.DoesNotContain("wrong-pass", error, StringComparison.Ordinal);
        }
    }
}
