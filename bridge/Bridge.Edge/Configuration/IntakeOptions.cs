namespace Bridge.Edge.Configuration;

/// <summary>One intake: the section <c>Bridge:Intakes:N</c>.</summary>
internal sealed record IntakeOptions
{
    /// <summary>The configuration section of all intakes.</summary>
    public const string Section = "Bridge:Intakes";

    private const int SmallestMessage = 480;
    private const int LargestMessage = 16 * 1024 * 1024;

    /// <summary>Format, transport and address, such as <c>syslog+udp://127.0.0.1:5514</c>. Required.</summary>
    public string? Url { get; init; }

    /// <summary>Where a message of a stream ends: <c>auto</c> (default), <c>lf</c>, <c>nul</c>, <c>octet</c>.</summary>
    public StreamFraming Framing { get; init; }

    /// <summary>Most bytes of a message; a longer text is cut there. Default 1 MiB.</summary>
    public int MaxBytes { get; init; } = 1024 * 1024;

    /// <summary>How long an event may wait for others of its batch. Default 50 ms.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Networks that may send, separated by commas, such as <c>10.0.0.0/8,192.168.1.7</c>. Default: all.</summary>
    public string? Allow { get; init; }

    /// <summary>
    /// Listens on an address that other machines reach, although neither <see cref="Allow"/> nor client certificates say who may
    /// send. Default false.
    /// </summary>
    public bool Open { get; init; }

    /// <summary>TLS: PEM file of the server's certificate and its chain.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>TLS: PEM file of its private key. Default: <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>
    /// TLS: PEM file of the authorities that clients' certificates must come from. With it, each client needs one.
    /// </summary>
    public string? ClientCaFile { get; init; }

    /// <summary>
    /// TLS: which clients may send, separated by commas: DNS names of their certificates, or <c>sha256:</c> with a certificate's
    /// fingerprint. Default: each that <see cref="ClientCaFile"/> lets in.
    /// </summary>
    public string? ClientNames { get; init; }

    /// <summary>Most connections at a time. Default 2,000.</summary>
    public int MaxConnections { get; init; } = 2_000;

    /// <summary>Most connections from one address at a time. Default 1,000.</summary>
    public int MaxConnectionsPerAddress { get; init; } = 1_000;

    /// <summary>
    /// Closes a connection on which nothing arrived for this long. Default 0: never, since most senders lose the first message
    /// that they write to a closed connection.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; }

    /// <summary>Syslog: time zone of times without one, such as <c>Europe/Vienna</c>. Default UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Syslog: the same for the senders of a network, by network.</summary>
    public IReadOnlyDictionary<string, string> TimeZones { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Members that every event gets which has none of that name.</summary>
    public IReadOnlyDictionary<string, string> Members { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Syslog: which events keep the message as it was: <c>unparsed</c> (default), <c>always</c>, <c>never</c>.
    /// </summary>
    public RawRetention KeepRaw { get; init; }

    /// <summary>RELP: when a sender has its answer. Only <c>Spooled</c>.</summary>
    public Acknowledgement Acknowledge { get; init; }

    /// <summary>The endpoint; the options are valid.</summary>
    public IntakeEndpoint Endpoint =>
        IntakeEndpoint.TryParse(Url, out var endpoint, out var error) ? endpoint : throw new InvalidOperationException(error);

    /// <summary>Everything that is wrong with each intake and with all of them, one line each.</summary>
    public static IEnumerable<string> ValidateAll(IReadOnlyList<IntakeOptions> intakes) =>
        intakes.Index().SelectMany(one => one.Item.Validate($"{Section}:{one.Index}")).Concat(Repeated(intakes));

    /// <summary>Everything that is wrong, one line each.</summary>
    /// <param name="place">Path of the section, such as <c>Bridge:Intakes:0</c>.</param>
    public IEnumerable<string> Validate(string place) => Problems().Select(problem => $"{place}:{problem}");

    private static IEnumerable<string> Repeated(IReadOnlyList<IntakeOptions> intakes) => intakes
        .Select(one => one.Url)
        .OfType<string>()
        .CountBy(url => url, StringComparer.Ordinal)
        .Where(url => url.Value > 1)
        .Select(url => $"{Section} names {url.Key} {url.Value} times: once is enough");

    private IEnumerable<string> Problems() => IntakeEndpoint.TryParse(Url, out var endpoint, out var error)
        ? AccessProblems(endpoint).Concat(TlsProblems(endpoint)).Concat(LimitProblems()).Concat(TimeZoneProblems())
            .Concat(FormatProblems(endpoint))
        : [error];

    private IEnumerable<string> AccessProblems(IntakeEndpoint endpoint)
    {
        if (NetworkList.Problem(Allow) is { } wrong)
        {
            yield return $"Allow names '{wrong}': give networks or addresses, separated by commas, such as"
                + " 10.0.0.0/8,192.168.1.7";
        }

        if (endpoint.IsOnNetwork && !Open && string.IsNullOrWhiteSpace(Allow) && ClientCaFile is null)
        {
            yield return $"Url is '{endpoint}', which other machines reach, and anybody may send: name the senders' networks"
                + " in Allow, ask for client certificates with ClientCaFile, or set Open to true";
        }
    }

    private IEnumerable<string> TlsProblems(IntakeEndpoint endpoint)
    {
        var isTls = endpoint.Transport is IntakeTransport.Tls;
        if (!isTls && (CertificateFile ?? KeyFile ?? ClientCaFile ?? ClientNames) is not null)
            yield return $"Url is '{endpoint}', which takes no certificate: give a URL with +tls, or leave the files out";
        if (!isTls)
            yield break;
        if (CertificateFile is null)
            yield return "CertificateFile is missing: name the PEM file of the server's certificate";
        if (ClientNames is not null && ClientCaFile is null)
            yield return "ClientNames needs ClientCaFile: name the PEM file of the authority that issues their certificates";
        foreach (var problem in CertificateFiles.Problems(this))
            yield return problem;
    }

    private IEnumerable<string> LimitProblems()
    {
        if (MaxBytes is < SmallestMessage or > LargestMessage)
            yield return $"MaxBytes is {MaxBytes}: give {SmallestMessage} to {LargestMessage}";
        if (Linger < TimeSpan.Zero || Linger > TimeSpan.FromMinutes(1))
            yield return $"Linger is {Linger}: give 00:00:00 to 00:01:00";
        if (MaxConnections < 1)
            yield return $"MaxConnections is {MaxConnections}: give at least 1";
        if (MaxConnectionsPerAddress < 1)
            yield return $"MaxConnectionsPerAddress is {MaxConnectionsPerAddress}: give at least 1";
        if (IdleTimeout < TimeSpan.Zero || IdleTimeout > TimeSpan.FromDays(1))
            yield return $"IdleTimeout is {IdleTimeout}: give up to 1.00:00:00, or 0 for no limit";
    }

    private IEnumerable<string> TimeZoneProblems()
    {
        if (TimeZone is not null && !IsTimeZone(TimeZone))
            yield return UnknownZone("TimeZone", TimeZone);
        foreach (var (network, zone) in TimeZones)
        {
            if (NetworkList.Problem(network) is not null)
                yield return $"TimeZones names '{network}': give a network such as 10.1.0.0/16";
            if (!IsTimeZone(zone))
                yield return UnknownZone($"TimeZones:{network}", zone);
        }
    }

    private IEnumerable<string> FormatProblems(IntakeEndpoint endpoint)
    {
        if (Acknowledge is Acknowledgement.Published)
            yield return $"Acknowledge is Published, which '{endpoint}' cannot: leave it out";
        var hasOwnFraming = endpoint.IsDatagram || endpoint.Format is IntakeFormat.Relp or IntakeFormat.Pickle;
        if (Framing is not StreamFraming.Auto && hasOwnFraming)
            yield return $"Framing is {Framing}, but '{endpoint}' has a framing of its own: leave it out";
        foreach (var name in Members.Keys.Where(string.IsNullOrWhiteSpace))
            yield return $"Members has '{name}': give each member a name";
    }

    private static bool IsTimeZone(string name) => TimeZoneInfo.TryFindSystemTimeZoneById(name, out _);

    private static string UnknownZone(string setting, string zone) =>
        $"{setting} is '{zone}', which this machine does not know: give a name such as Europe/Vienna, and install tzdata where"
            + " it is missing";
}
