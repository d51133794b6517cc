using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;

namespace Bridge.Edge.Configuration;

/// <summary>An intake's URL: format, transport and address.</summary>
internal sealed record IntakeEndpoint
{
    // Linux: sun_path has 108 bytes, the last of which is a NUL.
    private const int LongestPath = 107;

    private static readonly Dictionary<string, (IntakeFormat Format, IntakeTransport Transport)> Schemes = new(IgnoreCase)
    {
        ["lines+udp"] = (IntakeFormat.Lines, IntakeTransport.Udp),
        ["lines+tcp"] = (IntakeFormat.Lines, IntakeTransport.Tcp),
        ["lines+tls"] = (IntakeFormat.Lines, IntakeTransport.Tls),
        ["lines+unix"] = (IntakeFormat.Lines, IntakeTransport.Unix),
        ["lines+unixgram"] = (IntakeFormat.Lines, IntakeTransport.UnixGram),
        ["syslog+udp"] = (IntakeFormat.Syslog, IntakeTransport.Udp),
        ["syslog+tcp"] = (IntakeFormat.Syslog, IntakeTransport.Tcp),
        ["syslog+tls"] = (IntakeFormat.Syslog, IntakeTransport.Tls),
        ["syslog+unix"] = (IntakeFormat.Syslog, IntakeTransport.Unix),
        ["syslog+unixgram"] = (IntakeFormat.Syslog, IntakeTransport.UnixGram),
        ["relp+tcp"] = (IntakeFormat.Relp, IntakeTransport.Tcp),
        ["relp+tls"] = (IntakeFormat.Relp, IntakeTransport.Tls),
        ["pickle+udp"] = (IntakeFormat.Pickle, IntakeTransport.Udp),
        ["pickle+tcp"] = (IntakeFormat.Pickle, IntakeTransport.Tcp),
        ["pickle+tls"] = (IntakeFormat.Pickle, IntakeTransport.Tls),
        ["gelf+udp"] = (IntakeFormat.Gelf, IntakeTransport.Udp),
        ["gelf+tcp"] = (IntakeFormat.Gelf, IntakeTransport.Tcp),
    };

    private static StringComparer IgnoreCase => StringComparer.OrdinalIgnoreCase;

    private IntakeEndpoint(string url, IntakeFormat format, IntakeTransport transport)
    {
        Url = url;
        Format = format;
        Transport = transport;
    }

    /// <summary>The URL as it was given: the intake's name in logs and metrics.</summary>
    public string Url { get; }

    public IntakeFormat Format { get; }

    public IntakeTransport Transport { get; }

    /// <summary>Where a network intake listens.</summary>
    public IPEndPoint? Address { get; private init; }

    /// <summary>Path of a Unix socket.</summary>
    public string? Path { get; private init; }

    public bool IsDatagram => Transport is IntakeTransport.Udp or IntakeTransport.UnixGram;

    /// <summary>True for an address that other machines may reach.</summary>
    public bool IsOnNetwork => Address is { } address && !IPAddress.IsLoopback(address.Address);

    /// <summary>Reads a URL.</summary>
    /// <param name="url">Such as <c>lines+udp://127.0.0.1:9201</c>.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="error">What is wrong with the URL, with the remedy.</param>
    public static bool TryParse(
        string? url, [NotNullWhen(true)] out IntakeEndpoint? endpoint, [NotNullWhen(false)] out string? error)
    {
        endpoint = null;
        if (string.IsNullOrWhiteSpace(url))
        {
            error = "Url is missing: give one such as lines+udp://127.0.0.1:9201";
            return false;
        }

        var at = url.IndexOf("://", StringComparison.Ordinal);
        if (at < 0 || !Schemes.TryGetValue(url[..at], out var scheme))
        {
            error = $"Url is '{url}', of no known scheme: give one of {string.Join(", ", Schemes.Keys)}";
            return false;
        }

        var address = url[(at + "://".Length)..];
        var plain = new IntakeEndpoint(url, scheme.Format, scheme.Transport);
        (endpoint, error) = scheme.Transport is IntakeTransport.Unix or IntakeTransport.UnixGram
            ? WithPath(plain, address)
            : WithAddress(plain, address);
        return error is null;
    }

    public override string ToString() => Url;

    private static (IntakeEndpoint? Endpoint, string? Error) WithPath(IntakeEndpoint endpoint, string path)
    {
        if (!path.StartsWith('/') || path.EndsWith('/') || path.Contains('\0', StringComparison.Ordinal))
        {
            return (null, $"Url is '{endpoint.Url}': give three slashes and the path of a socket, such as"
                + " lines+unix:///run/bridge/lines");
        }

        return Encoding.UTF8.GetByteCount(path) > LongestPath
            ? (null, $"Url is '{endpoint.Url}': the path of a socket has at most {LongestPath} bytes")
            : (endpoint with { Path = path }, null);
    }

    private static (IntakeEndpoint? Endpoint, string? Error) WithAddress(IntakeEndpoint endpoint, string address)
    {
        address = address.TrimEnd('/');
        if (address.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase))
            address = $"{IPAddress.Loopback}{address["localhost".Length..]}";
        return IPEndPoint.TryParse(address, out var parsed) && address.EndsWith($":{parsed.Port}", StringComparison.Ordinal)
            ? (endpoint with { Address = parsed }, null)
            : (null, $"Url is '{endpoint.Url}': give an address and a port, such as 127.0.0.1:9201 or 0.0.0.0:9201");
    }
}
