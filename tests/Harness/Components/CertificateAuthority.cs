using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Harness.Components;

/// <summary>
/// A private certificate authority, its files and those of the certificates it issues; all of them go when it is disposed.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private static readonly TimeSpan Life = TimeSpan.FromDays(1);

    private readonly string _folder = LocalFolders.NewRunFolder("certificates");
    private readonly X509Certificate2 _certificate;
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    /// <summary>Makes an authority that is valid from a month ago until a month from now.</summary>
    /// <param name="name">Its common name.</param>
    public CertificateAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _certificate = request.CreateSelfSigned(_now.AddDays(-30), _now.AddDays(30));
        File.WriteAllText(CertificateFile, _certificate.ExportCertificatePem());
    }

    /// <summary>PEM file of its own certificate.</summary>
    public string CertificateFile => Path.Combine(_folder, "ca.pem");

    /// <summary>Issues a server's certificate, valid for a day from now.</summary>
    /// <param name="hosts">Host names and IP addresses that it is for.</param>
    public IssuedCertificate IssueForServer(params IReadOnlyList<string> hosts) =>
        IssueForServer(hosts, _now.AddMinutes(-5), _now + Life);

    /// <summary>Issues a server's certificate that ran out yesterday.</summary>
    public IssuedCertificate IssueExpired(params IReadOnlyList<string> hosts) =>
        IssueForServer(hosts, _now.AddDays(-3), _now.AddDays(-1));

    /// <summary>Issues a client's certificate, valid for a day from now.</summary>
    /// <param name="name">Its common name.</param>
    /// <param name="password">Encrypts its private key; null leaves it plain.</param>
    public IssuedCertificate IssueForClient(string name, string? password = null) =>
        Issue(name, ClientAuthentication, [], _now.AddMinutes(-5), _now + Life, password);

    /// <summary>Issues a client's certificate with a DNS name, valid for a day from now.</summary>
    public IssuedCertificate IssueForNamedClient(string host)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        return Issue(host, ClientAuthentication, [names.Build()], _now.AddMinutes(-5), _now + Life, password: null);
    }

    /// <summary>Removes all files.</summary>
    public void Dispose()
    {
        _certificate.Dispose();
        LocalFolders.RemoveRunFolder(_folder);
    }

    private IssuedCertificate IssueForServer(IReadOnlyList<string> hosts, DateTimeOffset from, DateTimeOffset to)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
                names.AddIpAddress(address);
            else
                names.AddDnsName(host);
        }

        return Issue(hosts[0], ServerAuthentication, [names.Build()], from, to, password: null);
    }

    private IssuedCertificate Issue(
        string name, string usage, IEnumerable<X509Extension> extensions, DateTimeOffset from, DateTimeOffset to,
        string? password)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        foreach (var extension in extensions)
            request.CertificateExtensions.Add(extension);
        using var certificate = request.Create(_certificate, from, to, RandomNumberGenerator.GetBytes(16));
        return Write(certificate, key, password);
    }

    private IssuedCertificate Write(X509Certificate2 certificate, ECDsa key, string? password)
    {
        var stem = Path.Combine(_folder, Guid.NewGuid().ToString("N")[..8]);
        var issued = new IssuedCertificate($"{stem}.pem", $"{stem}.key", $"{stem}.pfx");
        File.WriteAllText(issued.CertificateFile, certificate.ExportCertificatePem());
        var encryption = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 2_048);
        File.WriteAllText(
            issued.KeyFile, password is null
                ? key.ExportPkcs8PrivateKeyPem()
                : key.ExportEncryptedPkcs8PrivateKeyPem(password, encryption));
        using var both = certificate.CopyWithPrivateKey(key);
        File.WriteAllBytes(issued.PfxFile, both.ExportPkcs12(encryption, password));
        return issued;
    }
}

/// <summary>A certificate's files.</summary>
/// <param name="CertificateFile">The certificate as PEM.</param>
/// <param name="KeyFile">Its private key as PEM.</param>
/// <param name="PfxFile">Both as PKCS #12.</param>
public sealed record IssuedCertificate(string CertificateFile, string KeyFile, string PfxFile);
