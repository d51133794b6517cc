using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bridge.Edge.Listening;

/// <summary>Which clients' certificates an intake accepts.</summary>
/// <param name="authorities">Where they must come from.</param>
/// <param name="names">The setting <c>ClientNames</c>; null accepts every certificate of the authorities.</param>
internal sealed class ClientCertificates(X509Certificate2Collection authorities, string? names)
{
    private const string Fingerprint = "sha256:";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly HashSet<string>? _names = names?
        .Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(name => name.StartsWith(Fingerprint, StringComparison.OrdinalIgnoreCase)
            ? name.Replace(":", "", StringComparison.Ordinal)
            : name)
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    public bool Accepts(X509Certificate2 certificate) =>
        IsIssued(certificate) && (_names is null || IsNamed(certificate, _names));

    private bool IsIssued(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return chain.Build(certificate);
    }

    private static bool IsNamed(X509Certificate2 certificate, HashSet<string> names) =>
        names.Contains($"sha256{certificate.GetCertHashString(HashAlgorithmName.SHA256)}")
        || certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames()).Any(names.Contains);
}
