using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bridge.RabbitMq.Connections;

/// <summary>Decides which broker's certificate the bridge accepts.</summary>
/// <param name="host">The name that the certificate must be for.</param>
/// <param name="caFile">File of the authorities, for the remedy.</param>
/// <param name="authorities">The only ones that are trusted; null for those that the machine trusts.</param>
internal sealed class ServerCertificatePolicy(string host, string? caFile, X509Certificate2Collection? authorities)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const int LongestName = 300;

    /// <summary>Judges a certificate.</summary>
    /// <param name="certificate">What the broker showed.</param>
    /// <param name="system">The chain as the machine's trust sees it.</param>
    /// <param name="errors">What the machine's trust has against it.</param>
    /// <returns>Every reason against it, each with its remedy, on one line; null when it is accepted.</returns>
    public string? ReasonAgainst(X509Certificate2? certificate, X509Chain? system, SslPolicyErrors errors)
    {
        if (certificate is null)
            return "the broker showed no certificate: give it one";
        var reasons = Reasons(certificate, system, errors).Distinct(StringComparer.Ordinal).ToList();
        return reasons.Count > 0 ? string.Join("; ", reasons) : null;
    }

    private IEnumerable<string> Reasons(X509Certificate2 certificate, X509Chain? system, SslPolicyErrors errors)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            yield return $"the certificate is for {Names(certificate)} and not for '{host}': correct the host in"
                + $" {RabbitMqOptions.Section}:Uri, or give the broker a certificate that names it";
        }

        foreach (var status in ChainErrors(certificate, system, errors))
        {
            yield return status switch
            {
                X509ChainStatusFlags.NotTimeValid =>
                    $"the certificate or its issuer's is not valid now (valid from {certificate.NotBefore.ToUniversalTime():u}"
                    + $" to {certificate.NotAfter.ToUniversalTime():u}): renew it, or correct this machine's clock",
                X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain =>
                    $"the certificate's issuer '{OneLine(certificate.Issuer)}' is not trusted: {TrustRemedy()}",
                _ => $"the certificate is refused ({status}): give the broker one that is made for a server, by a trusted"
                    + " authority",
            };
        }
    }

    private IEnumerable<X509ChainStatusFlags> ChainErrors(X509Certificate2 certificate, X509Chain? system, SslPolicyErrors errors)
    {
        if (authorities is null)
        {
            return errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)
                ? Flags(system?.ChainStatus is { Length: > 0 } status
                    ? status
                    : [new X509ChainStatus { Status = X509ChainStatusFlags.PartialChain }])
                : [];
        }

        // These authorities alone, whatever the system trusts.
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(system?.ChainPolicy.ExtraStore ?? []);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        var isTrusted = chain.Build(certificate);
        foreach (var element in chain.ChainElements)
            element.Certificate.Dispose();
        return isTrusted ? [] : Flags(chain.ChainStatus);
    }

    private string TrustRemedy() => caFile is { } path
        ? $"add that authority to {RabbitMqOptions.Section}:CaFile '{path}' if it is the company's"
        : $"name the file of the company's authority in {RabbitMqOptions.Section}:CaFile";

    private static IEnumerable<X509ChainStatusFlags> Flags(X509ChainStatus[] statuses) =>
        statuses.Select(status => status.Status).Where(flag => flag is not X509ChainStatusFlags.NoError).Distinct();

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => $"{address}")))
            .Take(5)
            .ToList();
        return OneLine(names.Count > 0 ? string.Join(", ", names.Select(name => $"'{name}'")) : $"'{certificate.Subject}'");
    }

    // Names in a certificate are its maker's: none of them may break the line.
    private static string OneLine(string text) => new([.. text.Select(c => char.IsControl(c) ? ' ' : c).Take(LongestName)]);
}
