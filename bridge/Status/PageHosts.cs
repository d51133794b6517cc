using System.Net;
using Bridge.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Bridge.Status;

/// <summary>
/// The names that the status page is served by. A page of another site can have its own name resolved to this machine's address
/// (DNS rebinding) and would then be of one origin with the status page: but only by a name, which the request tells, and never
/// by an address.
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

    /// <summary>Whether the page is served by this name.</summary>
    public bool Contain(HostString host) =>
        host.HasValue && (IPAddress.TryParse(host.Host, out _) || HostString.MatchesAny(host.Host, _names));
}
