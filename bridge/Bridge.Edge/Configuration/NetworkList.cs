using System.Net;

namespace Bridge.Edge.Configuration;

/// <summary>Networks and single addresses of a setting.</summary>
internal sealed class NetworkList
{
    private readonly IPNetwork[] _networks;

    private NetworkList(IPNetwork[] networks) => _networks = networks;

    /// <summary>Reads a list without problems.</summary>
    public static NetworkList Parse(string list) =>
        new([.. Split(list).Select(one => Read(one) ?? throw new FormatException(one))]);

    /// <summary>The first part of a list that is no network; null when all are.</summary>
    public static string? Problem(string? list) => Split(list).FirstOrDefault(one => Read(one) is null);

    /// <summary>Whether the address is in one of the networks. An IPv4 address within IPv6 is what it is in IPv4.</summary>
    public bool Contains(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Array.Exists(_networks, network => network.Contains(plain));
    }

    private static string[] Split(string? list) =>
        list?.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static IPNetwork? Read(string text)
    {
        if (IPAddress.TryParse(text, out var address))
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && IPAddress.TryParse(text[..slash], out var first) && int.TryParse(text[(slash + 1)..], out var bits)
            && bits >= 0 && bits <= first.GetAddressBytes().Length * 8
            ? new IPNetwork(Masked(first, bits), bits)
            : null;
    }

    // 10.1.2.3/8 means 10.0.0.0/8, which IPNetwork insists on.
    private static IPAddress Masked(IPAddress address, int bits)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xFF00 >> Math.Clamp(bits - (8 * i), 0, 8));
        return new IPAddress(bytes);
    }
}
