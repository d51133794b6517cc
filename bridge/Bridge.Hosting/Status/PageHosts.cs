using System.Net;
using Bridge.Hosting.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Bridge.Hosting.Status;

/// <summary>
/// The host names under which the status page is served. Another site can make its own name resolve to this machine's address
/// (DNS rebinding); a browser then treats that site's page and the status page as one origin. The request contains the name that
/// the browser used, so refusing unknown names prevents this. Addresses need no check.
/// </summary>
internal sealed class PageHosts
{
    private readonly List<StringSegment> _names;

    public PageHosts(HttpOptions options)
    {
        var own = BindingAddress.Parse(options.Url).Host;
        _names = ["localhost", "*.localhost", .. HostNames.Split(options.AllowedHosts).Select(name => new StringSegment(name))];
        if (HostNames.IsValid(own))
            _names.Add(own);
    }

    /// <summary>True when the page is served under this name.</summary>
    public bool Contain(HostString host) =>
        host.HasValue && (IPAddress.TryParse(host.Host, out _) || HostString.MatchesAny(host.Host, _names));
}
