using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Bridge.Edge.Formats;

namespace Bridge.Edge.Listening;

/// <summary>The senders of datagrams, described once each. For one thread.</summary>
internal sealed class DatagramPeers(PeerPolicy policy)
{
    // Senders' addresses can be forged: what is remembered of them is bounded.
    private const int MostRemembered = 4_096;

    // Positions in the kernel's sockaddr_in and sockaddr_in6.
    private const int Address4 = 4;
    private const int Address6 = 8;
    private const int Length6 = 16;

    private readonly Dictionary<UInt128, Peer> _peers = [];
    private readonly Peer _unnamed = policy.Describe(null);
    private UInt128 _lastKey;
    private Peer? _last;

    public Peer Find(SocketAddress address)
    {
        if (address.Family is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6))
            return _unnamed;
        var key = KeyOf(address);
        if (_last is { } last && key == _lastKey)
            return last;
        if (!_peers.TryGetValue(key, out var peer))
            peer = Remember(key, address);
        (_lastKey, _last) = (key, peer);
        return peer;
    }

    private static UInt128 KeyOf(SocketAddress address)
    {
        var bytes = address.Buffer.Span;
        return address.Family is AddressFamily.InterNetwork
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes[Address4..])
            : BinaryPrimitives.ReadUInt128BigEndian(bytes.Slice(Address6, Length6));
    }

    private Peer Remember(UInt128 key, SocketAddress address)
    {
        if (_peers.Count == MostRemembered)
            _peers.Clear();
        var bytes = address.Buffer.Span;
        var read = address.Family is AddressFamily.InterNetwork
            ? new IPAddress(bytes.Slice(Address4, sizeof(uint)))
            : new IPAddress(bytes.Slice(Address6, Length6));
        return _peers[key] = policy.Describe(read);
    }
}
