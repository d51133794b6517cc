using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;

namespace Bridge.RabbitMq.Connections;

/// <summary>
/// TLS for one connection: whom the bridge trusts and which certificate it shows. It reads the files for each connection, so that
/// a renewed certificate needs no restart, and releases the certificates with the connection.
/// </summary>
internal sealed class BrokerTls : IDisposable
{
    private readonly RabbitMqOptions _options;
    private readonly ServerCertificatePolicy _policy;
    private readonly X509Certificate2Collection? _authorities;
    private readonly X509Certificate2? _own;
    private bool _isAsked;

    /// <summary>Reads the files.</summary>
    /// <exception cref="InvalidDataException">One of them cannot be used.</exception>
    public BrokerTls(RabbitMqOptions options)
    {
        _options = options;
        var host = new Uri(options.Uri).IdnHost;
        _authorities = TlsFiles.ReadAuthorities(options);
        _policy = new ServerCertificatePolicy(host, options.CaFile, _authorities);
        _own = TlsFiles.ReadClientCertificate(options);
        Option = new SslOption(host, enabled: true)
        {
            // The system's own policy may still accept older versions.
            Version = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateValidationCallback = (_, certificate, chain, errors) => Accepts(certificate, chain, errors),
            CertificateSelectionCallback = (_, _, _, remote, _) => SelectOwn(remote)!,
        };
    }

    /// <summary>The settings for the client library's handshake.</summary>
    public SslOption Option { get; }

    /// <summary>Why the broker's certificate was refused, with the remedy; null when it was not, or when none came.</summary>
    public string? Refusal { get; private set; }

    /// <summary>
    /// What to do when a broker that asked for the bridge's certificate closes the connection; null when it did not ask.
    /// </summary>
    public string? Demand => (_isAsked, _options.ClientCertificateFile) switch
    {
        (false, _) => null,
        (true, null) => "the broker asks for a client certificate and closed the connection without one: name one that its"
            + $" authority issued in {RabbitMqOptions.Section}:ClientCertificateFile",
        (true, { } path) => "the broker closed the connection after the bridge had shown its certificate: put one that is valid"
            + $" and that the broker's authority issued into {RabbitMqOptions.Section}:ClientCertificateFile '{path}'",
    };

    /// <summary>Everything about TLS that is wrong in the options, one line each.</summary>
    public static IEnumerable<string> Validate(RabbitMqOptions options)
    {
        const string Section = RabbitMqOptions.Section;
        foreach (var (name, value) in new[]
        {
            (nameof(options.CaFile), options.CaFile), (nameof(options.ClientCertificateFile), options.ClientCertificateFile),
        })
        {
            if (value is not null && !options.UsesTls)
            {
                yield return $"{Section}:{name} is set, but {Section}:Uri asks for no TLS: begin the address with amqps://, or"
                    + $" remove {name}";
            }
        }

        if (options.ClientCertificateFile is null && (options.ClientKeyFile ?? options.ClientKeyPassword) is not null)
        {
            yield return $"{Section}:ClientKeyFile or ClientKeyPassword is set without a certificate: name it in"
                + $" {Section}:ClientCertificateFile";
        }

        Action[] reads =
        [
            () => Release(TlsFiles.ReadAuthorities(options)),
            () => TlsFiles.ReadClientCertificate(options)?.Dispose(),
        ];
        foreach (var read in reads)
        {
            if (ErrorOf(read) is { } error)
                yield return error;
        }
    }

    /// <summary>Releases certificates and key, which are not needed after the handshake.</summary>
    public void Dispose()
    {
        Release(_authorities);
        _own?.Dispose();
    }

    private static void Release(X509Certificate2Collection? certificates)
    {
        foreach (var certificate in certificates ?? [])
            certificate.Dispose();
    }

    private bool Accepts(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Refusal = _policy.ReasonAgainst(certificate as X509Certificate2, chain, errors);
        return Refusal is null;
    }

    // The framework itself would select by the issuers that the broker names, and show no certificate if it names others. This is
    // called before the handshake too, when the broker has not asked yet. A certificate returned then would end the calls.
    private X509Certificate2? SelectOwn(X509Certificate? remote)
    {
        _isAsked = remote is not null;
        return _isAsked ? _own : null;
    }

    private static string? ErrorOf(Action read)
    {
        try
        {
            read();
            return null;
        }
        catch (InvalidDataException exception)
        {
            return exception.Message;
        }
    }
}
