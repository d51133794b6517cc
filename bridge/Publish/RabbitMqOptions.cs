using System.Text;
using Bridge.Deliver;

namespace Bridge.Publish;

/// <summary>The company's broker and how the bridge publishes to it: the section <c>Bridge:RabbitMq</c>.</summary>
internal sealed record RabbitMqOptions
{
    /// <summary>The configuration section that these are bound from.</summary>
    public const string Section = "Bridge:RabbitMq";

    /// <summary>
    /// Where the broker is: <c>amqp://user:password@host:port/vhost</c>, or <c>amqps://</c> for TLS with the certificate and its
    /// host name verified. Default: the guest user on the local machine. It holds a secret: show <see cref="DisplayUri"/>.
    /// </summary>
    public string Uri { get; init; } = "amqp://guest:guest@127.0.0.1:5672/";

    /// <summary>
    /// File of PEM certificates: the authorities that the certificate of an <c>amqps://</c> broker must come from, these alone.
    /// Default: those that the machine trusts.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>
    /// The certificate that the bridge shows to an <c>amqps://</c> broker that asks for one: PEM, or PFX with its key. Default: none.
    /// </summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>PEM file of that certificate's private key. Default: the key is in <see cref="ClientCertificateFile"/>.</summary>
    public string? ClientKeyFile { get; init; }

    /// <summary>Password of an encrypted key or PFX. A secret. Default: it is not encrypted.</summary>
    public string? ClientKeyPassword { get; init; }

    /// <summary>
    /// The exchange that events are published to. Default <c>telemetry</c>. It must exist: the bridge never creates it, since its
    /// type and bindings are the company's own.
    /// </summary>
    public string Exchange { get; init; } = "telemetry";

    /// <summary>
    /// Template of an event's routing key. Default <c>{style}.{service}.{level}</c>. An event whose key leads to no queue is
    /// dead-lettered as unroutable.
    /// </summary>
    public string RoutingKey { get; init; } = "{style}.{service}.{level}";

    /// <summary>
    /// Publishing connections, 1 to 16. Default 4. More of them use more of the broker's cores; order between events is then lost
    /// across batches.
    /// </summary>
    public int Connections { get; init; } = 4;

    /// <summary>
    /// Messages that may await their confirm on a connection, 1 to 65,535. Default 2,000. Fewer cost throughput; more of them are
    /// published again after a lost connection.
    /// </summary>
    public int MaxOutstanding { get; init; } = 2_000;

    /// <summary>
    /// Bytes of message bodies that may await their confirm on a connection, 64 KiB to 256 MiB. Default 2 MiB: what a frozen broker
    /// leaves in memory stays small. A message larger than this is sent alone.
    /// </summary>
    public long MaxOutstandingBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>
    /// How long the broker may take to answer for a message, 1 s to 10 min. Default 30 s. After it the connection is given up, the
    /// outcome counts as unknown and the events will be published again: too short a time makes duplicates.
    /// </summary>
    public TimeSpan ConfirmTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>True for an <c>amqps://</c> address.</summary>
    public bool UsesTls => Uri.StartsWith("amqps://", StringComparison.OrdinalIgnoreCase);

    /// <summary><see cref="Uri"/> with its password masked: safe to log.</summary>
    public string DisplayUri => Mask(Uri);

    /// <summary>Everything that is wrong, one line each with the key, the value and the remedy; empty when all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        ValidateUri(errors);
        errors.AddRange(BrokerTls.Validate(this));
        if (Exchange.Length == 0 || Encoding.UTF8.GetByteCount(Exchange) > 255)
            errors.Add($"{Section}:Exchange is '{Exchange}': give the name of an existing exchange, 1 to 255 bytes");
        if (RoutingKeyTemplate.Problem(RoutingKey) is { } problem)
            errors.Add($"{Section}:RoutingKey is '{RoutingKey}', which {problem}: give a template such as {{style}}.{{service}}.{{level}}");
        if (Connections is < 1 or > 16)
            errors.Add($"{Section}:Connections is {Connections}: give 1 to 16");
        if (MaxOutstanding is < 1 or > 65_535)
            errors.Add($"{Section}:MaxOutstanding is {MaxOutstanding}: give 1 to 65535 messages");
        if (MaxOutstandingBytes is < 64 * 1024 or > 256 * 1024 * 1024)
            errors.Add($"{Section}:MaxOutstandingBytes is {MaxOutstandingBytes}: give 65536 to 268435456 bytes");
        if (ConfirmTimeout < TimeSpan.FromSeconds(1) || ConfirmTimeout > TimeSpan.FromMinutes(10))
            errors.Add($"{Section}:ConfirmTimeout is {ConfirmTimeout}: give 00:00:01 to 00:10:00");
        return errors;
    }

    /// <summary>The address without its password.</summary>
    public override string ToString() => DisplayUri;

    private void ValidateUri(List<string> errors)
    {
        const string Remedy = "give amqp://USER:PASSWORD@HOST:PORT/VHOST, or amqps:// for TLS, with special characters percent-encoded";
        if (!System.Uri.TryCreate(Uri, UriKind.Absolute, out var uri))
        {
            // What cannot be parsed cannot be masked for sure: it is not repeated.
            errors.Add($"{Section}:Uri is no address: {Remedy}");
        }
        else if (uri.Scheme is not ("amqp" or "amqps"))
        {
            errors.Add($"{Section}:Uri is '{DisplayUri}' with the scheme '{uri.Scheme}': {Remedy}");
        }
        else if (uri.Host.Length == 0 || uri.Segments.Length > 2 || uri.Query.Length > 0 || uri.Fragment.Length > 0
            || uri.UserInfo.Split(':').Length > 2)
        {
            errors.Add($"{Section}:Uri is '{DisplayUri}': {Remedy}; one virtual host (%2F for a slash in it), no query");
        }
    }

    private static string Mask(string text)
    {
        if (!System.Uri.TryCreate(text, UriKind.Absolute, out var uri))
            return "(no address)";
        var colon = uri.UserInfo.IndexOf(':', StringComparison.Ordinal);
        var user = colon < 0 ? uri.UserInfo : $"{uri.UserInfo[..colon]}:***";
        var port = uri.IsDefaultPort ? "" : $":{uri.Port}";
        return $"{uri.Scheme}://{(user.Length > 0 ? $"{user}@" : "")}{uri.Host}{port}{uri.AbsolutePath}";
    }
}
