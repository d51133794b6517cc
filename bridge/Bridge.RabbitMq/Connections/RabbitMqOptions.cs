using System.Text;
using Bridge.Core.Routing;

namespace Bridge.RabbitMq.Connections;

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
    /// Further hosts of the same cluster, <c>HOST</c> or <c>HOST:PORT</c>, tried in turn after the one in <see cref="Uri"/>, with
    /// its user and virtual host, and with its port unless one is given. Default: none.
    /// </summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>
    /// File of PEM certificates: the authorities that the certificate of an <c>amqps://</c> broker must come from, these alone.
    /// Default: those that the machine trusts.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>
    /// The certificate that the bridge shows to an <c>amqps://</c> broker that asks for one: PEM, or PFX with its key. Default:
    /// none.
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
    /// Bytes of message bodies that may await their confirm on a connection, 64 KiB to 256 MiB. Default 2 MiB, so that a frozen
    /// broker leaves little in memory. A message larger than this is sent alone.
    /// </summary>
    public long MaxOutstandingBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>
    /// How long the broker may take to answer for a message, 1 s to 10 min. Default 30 s. After that the connection is given up,
    /// the outcome counts as unknown and the events will be published again. Too short a time makes duplicates.
    /// </summary>
    public TimeSpan ConfirmTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// What to do with an event that a bound queue rejects, for example because it is full. <c>Wait</c> (default): receive
    /// nothing more and publish the event again until the queue accepts it. <c>DeadLetter</c>: do so for <see
    /// cref="DeadLetterAfter"/>, then dead-letter the event as <c>rejected</c>.
    /// </summary>
    public WhenRejected WhenRejected { get; init; } = WhenRejected.Wait;

    /// <summary>
    /// With <c>DeadLetter</c>: how long an event may be rejected before it is dead-lettered, 1 s to 1 day. Default 10 min.
    /// </summary>
    public TimeSpan DeadLetterAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>True for an <c>amqps://</c> address.</summary>
    public bool UsesTls => Uri.StartsWith("amqps://", StringComparison.OrdinalIgnoreCase);

    /// <summary><see cref="Uri"/> with its password masked, followed by the other hosts: safe to log.</summary>
    public string DisplayUri => Mask(Uri, Hosts);

    /// <summary>These options once for each host, in the order in which they are tried; the options are valid.</summary>
    public IEnumerable<RabbitMqOptions> EachHost()
    {
        var uri = new Uri(Uri);
        var user = uri.UserInfo.Length > 0 ? $"{uri.UserInfo}@" : "";
        var others = Hosts.Select(host => TryParseHost(uri, host)!);
        return others.Select(other => $"{uri.Scheme}://{user}{other.Authority}{uri.AbsolutePath}")
            .Prepend(Uri)
            .Select(address => this with { Uri = address, Hosts = [] });
    }

    /// <summary>Everything that is wrong, one line each with the key, the value and the remedy; empty when all is well.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        ValidateUri(errors);
        ValidateHosts(errors);
        errors.AddRange(BrokerTls.Validate(this));
        if (Exchange.Length == 0 || Encoding.UTF8.GetByteCount(Exchange) > 255)
            errors.Add($"{Section}:Exchange is '{Exchange}': give the name of an existing exchange, 1 to 255 bytes");
        if (RoutingKeyTemplate.Problem(RoutingKey) is { } problem)
        {
            errors.Add(
                $"{Section}:RoutingKey is '{RoutingKey}', which {problem}: give a template such as"
                    + $" {{style}}.{{service}}.{{level}}");
        }

        if (Connections is < 1 or > 16)
            errors.Add($"{Section}:Connections is {Connections}: give 1 to 16");
        if (MaxOutstanding is < 1 or > 65_535)
            errors.Add($"{Section}:MaxOutstanding is {MaxOutstanding}: give 1 to 65535 messages");
        if (MaxOutstandingBytes is < 64 * 1024 or > 256 * 1024 * 1024)
            errors.Add($"{Section}:MaxOutstandingBytes is {MaxOutstandingBytes}: give 65536 to 268435456 bytes");
        if (ConfirmTimeout < TimeSpan.FromSeconds(1) || ConfirmTimeout > TimeSpan.FromMinutes(10))
            errors.Add($"{Section}:ConfirmTimeout is {ConfirmTimeout}: give 00:00:01 to 00:10:00");
        if (!Enum.IsDefined(WhenRejected))
            errors.Add($"{Section}:WhenRejected is {WhenRejected}: give Wait or DeadLetter");
        if (DeadLetterAfter < TimeSpan.FromSeconds(1) || DeadLetterAfter > TimeSpan.FromDays(1))
            errors.Add($"{Section}:DeadLetterAfter is {DeadLetterAfter}: give 00:00:01 to 1.00:00:00");
        return errors;
    }

    /// <summary>The address without its password.</summary>
    public override string ToString() => DisplayUri;

    private void ValidateUri(List<string> errors)
    {
        const string Remedy =
            "give amqp://USER:PASSWORD@HOST:PORT/VHOST, or amqps:// for TLS, with special characters percent-encoded";
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

    private void ValidateHosts(List<string> errors)
    {
        foreach (var (index, host) in Hosts.Index().Where(host => TryParseHost(new Uri("amqp://host/"), host.Item) is null))
        {
            // An address with a user may hold a password, so the message does not repeat it.
            var shown = host.Contains('@', StringComparison.Ordinal) ? "an address with a user" : $"'{host}'";
            errors.Add(
                $"{Section}:Hosts:{index} is {shown}: give HOST or HOST:PORT; user, password and virtual host are those in"
                    + $" {Section}:Uri");
        }
    }

    // A host without a port has that of the first.
    private static Uri? TryParseHost(Uri first, string host)
    {
        if (host.AsSpan().ContainsAny("/@?#\\")
            || !System.Uri.TryCreate($"{first.Scheme}://{host}", UriKind.Absolute, out var uri)
            || uri.Host.Length == 0)
        {
            return null;
        }

        return uri.Port > 0 || first.Port <= 0 ? uri : new UriBuilder(uri) { Port = first.Port }.Uri;
    }

    private static string Mask(string text, IReadOnlyList<string> others)
    {
        if (!System.Uri.TryCreate(text, UriKind.Absolute, out var uri))
            return "(no address)";
        var colon = uri.UserInfo.IndexOf(':', StringComparison.Ordinal);
        var user = colon < 0 ? uri.UserInfo : $"{uri.UserInfo[..colon]}:***";
        var port = uri.IsDefaultPort ? "" : $":{uri.Port}";
        var hosts = string.Join(
            ',', others.Select(other => TryParseHost(uri, other)?.Authority ?? "***").Prepend($"{uri.Host}{port}"));
        return $"{uri.Scheme}://{(user.Length > 0 ? $"{user}@" : "")}{hosts}{uri.AbsolutePath}";
    }
}

/// <summary>
/// What to do with an event that a queue bound to the exchange rejects (a nack), for example because the queue is full.
/// </summary>
internal enum WhenRejected
{
    /// <summary>Receive nothing more and publish the event again until the queue accepts it.</summary>
    Wait,

    /// <summary>Do the same for <see cref="RabbitMqOptions.DeadLetterAfter"/>; then dead-letter the event as rejected.</summary>
    DeadLetter,
}
