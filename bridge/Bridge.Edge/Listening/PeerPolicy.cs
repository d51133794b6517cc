using System.Net;
using Bridge.Edge.Configuration;
using Bridge.Edge.Formats;

namespace Bridge.Edge.Listening;

/// <summary>What an intake's settings say about a sender: whether it may send, and its time zone.</summary>
internal sealed class PeerPolicy
{
    private readonly NetworkList? _allow;
    private readonly TimeZoneInfo _zone;
    private readonly List<(NetworkList Network, TimeZoneInfo Zone)> _zones;

    public PeerPolicy(IntakeOptions options)
    {
        _allow = string.IsNullOrWhiteSpace(options.Allow) ? null : NetworkList.Parse(options.Allow);
        _zone = options.TimeZone is { } zone ? TimeZoneInfo.FindSystemTimeZoneById(zone) : TimeZoneInfo.Utc;
        _zones =
        [
            .. options.TimeZones.Select(one => (NetworkList.Parse(one.Key), TimeZoneInfo.FindSystemTimeZoneById(one.Value))),
        ];
    }

    /// <summary>Describes a sender.</summary>
    /// <param name="address">Null for a Unix socket, whose file's permissions say who may send.</param>
    public Peer Describe(IPAddress? address)
    {
        if (address is null)
            return new Peer(null, _zone);
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return new Peer(plain, ZoneOf(plain)) { IsAllowed = _allow?.Contains(plain) ?? true };
    }

    private TimeZoneInfo ZoneOf(IPAddress address)
    {
        foreach (var (network, zone) in _zones)
        {
            if (network.Contains(address))
                return zone;
        }

        return _zone;
    }
}
