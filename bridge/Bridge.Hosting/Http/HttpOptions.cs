using System.Net;
using Microsoft.AspNetCore.Http;

namespace Bridge.Hosting.Http;

/// <summary>Where health, metrics and the status page are served: the section <c>Bridge:Http</c>.</summary>
internal sealed record HttpOptions
{
    /// <summary>The configuration section that these are bound from.</summary>
    public const string Section = "Bridge:Http";

    /// <summary>
    /// Address to listen on. Default <c>http://127.0.0.1:8080</c>, which only this machine reaches. In a container use
    /// <c>http://0.0.0.0:8080</c> or <c>http://+:8080</c>. The pages contain no secret, and payloads only with
    /// <see cref="ShowPayloads"/>.
    /// </summary>
    public string Url { get; init; } = "http://127.0.0.1:8080";

    /// <summary>Serves the status page at <c>/</c>. Default true.</summary>
    public bool StatusPage { get; init; } = true;

    /// <summary>
    /// Shows the beginning of each dead letter's payload on the status page. Everybody who reaches <see cref="Url"/> can read it.
    /// Default false: only reason, detail and origin are shown.
    /// </summary>
    public bool ShowPayloads { get; init; }

    /// <summary>
    /// Further host names under which the status page answers, separated by semicolons, such as
    /// <c>bridge.example.com;*.internal</c>. They are needed behind a proxy. Default none: <c>localhost</c>, every IP address and
    /// the name in <see cref="Url"/> are always accepted. Other names are refused, since another site could use one to reach the
    /// page (DNS rebinding). Health and metrics answer under every name.
    /// </summary>
    public string? AllowedHosts { get; init; }

    /// <summary>The address for a process on the same machine. Requires valid options.</summary>
    public Uri LocalUri
    {
        get
        {
            var binding = BindingAddress.Parse(Url);
            return new UriBuilder(Uri.UriSchemeHttp, LocalHost(binding.Host), binding.Port).Uri;
        }
    }

    /// <summary>All errors, one line each.</summary>
    public IEnumerable<string> Validate()
    {
        if (!IsHttpAddress())
            yield return $"{Section}:Url is '{Url}': give http://ADDRESS:PORT";
        foreach (var name in HostNames.Split(AllowedHosts).Where(name => !HostNames.IsValid(name)))
        {
            yield return $"{Section}:AllowedHosts names '{name}': give host names without port, separated by semicolons,"
                + " such as bridge.example.com;*.internal";
        }
    }

    // 0.0.0.0, [::], +, * and host names listen on every address, so the loopback address reaches them.
    private static string LocalHost(string host) =>
        IPAddress.TryParse(host, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any)
            ? host
            : $"{IPAddress.Loopback}";

    private bool IsHttpAddress()
    {
        try
        {
            return BindingAddress.Parse(Url) is { Scheme: "http", PathBase: "", Host.Length: > 0 } address
                && address.Port is >= IPEndPoint.MinPort and <= IPEndPoint.MaxPort
                && !address.Host.StartsWith("unix:", StringComparison.Ordinal)
                && !address.Host.AsSpan().ContainsAny('@', '?', '#');
        }
        catch (FormatException)
        {
            return false;
        }
    }
}

/// <summary>Parses host names of a setting.</summary>
internal static class HostNames
{
    /// <summary>Splits a list that is separated by semicolons.</summary>
    public static string[] Split(string? list) =>
        list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>True for a host name; a leading <c>*.</c> matches every subdomain.</summary>
    public static bool IsValid(string name) =>
        Uri.CheckHostName(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name) is UriHostNameType.Dns;
}
