using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;

namespace Bridge.Publish;

/// <summary>
/// TLS for one connection: whom the bridge trusts and the certificate that it shows. Files are read for each connection, so that a
/// renewed certificate needs no restart.
/// </summary>
internal sealed class BrokerTls
{
    private readonly RabbitMqOptions _options;
    private readonly string _host;
    private readonly ServerCertificatePolicy _policy;
    private readonly X509Certificate2? _own;
    private bool _isAsked;

    /// <summary>Reads the files.</summary>
    /// <exception cref="InvalidDataException">One of them cannot be used.</exception>
    public BrokerTls(RabbitMqOptions options)
    {
        _options = options;
        _host = new Uri(options.Uri).IdnHost;
        _policy = new ServerCertificatePolicy(_host, options.CaFile, TlsFiles.ReadAuthorities(options));
        _own = TlsFiles.ReadClientCertificate(options);
    }

    /// <summary>Why the broker's certificate was refused, with the remedy; null when it was not, or when none came.</summary>
    public string? Refusal { get; private set; }

    /// <summary>
    /// What to do when a broker that asked for the bridge's certificate closes the connection; null when it did not ask.
    /// </summary>
    public string? Demand => (_isAsked, _options.ClientCertificateFile) switch
    {
        (false, _) => null,
        (true, null) => "the broker asks for a client certificate and closed the connection without one: name one that its authority"
            + $" issued in {RabbitMqOptions.Section}:ClientCertificateFile",
        (true, { } path) => $"the broker closed the connection after the bridge had shown its certificate: put one that is valid and that"
            + $" the broker's authority issued into {RabbitMqOptions.Section}:ClientCertificateFile '{path}'",
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
                yield return $"{Section}:{name} is set, but {Section}:Uri asks for no TLS: begin the address with amqps://, or remove {name}";
        }

        if (options.ClientCertificateFile is null && (options.ClientKeyFile ?? options.ClientKeyPassword) is not null)
            yield return $"{Section}:ClientKeyFile or ClientKeyPassword is set without a certificate: name it in {Section}:ClientCertificateFile";
        foreach (var read in (Func<RabbitMqOptions, object?>[])[TlsFiles.ReadAuthorities, TlsFiles.ReadClientCertificate])
        {
            if (ErrorOf(() => read(options)) is { } error)
                yield return error;
        }
    }

    /// <summary>Sets the client library's TLS up.</summary>
    public void Apply(SslOption ssl)
    {
        // Also where the system's own policy still takes older ones.
        ssl.Version = SslProtocols.Tls12 | SslProtocols.Tls13;

        // An amqps address makes the library accept a certificate for any other host.
        ssl.AcceptablePolicyErrors = SslPolicyErrors.None;
        ssl.ServerName = _host;
        ssl.CertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            Refusal = _policy.ReasonAgainst(certificate as X509Certificate2, chain, errors);
            return Refusal is null;
        };

        // The library would choose by the issuers that the broker names, and show none where it names others.
        ssl.Certs = _own is null ? null : [_own];
        ssl.CertificateSelectionCallback = (_, _, _, remote, _) =>
        {
            // Called before the handshake too, when the broker has not asked yet; a certificate given then ends the calls.
            _isAsked = remote is not null;
            return _isAsked ? _own! : null!;
        };
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
