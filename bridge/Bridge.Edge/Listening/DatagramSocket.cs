using System.Net;
using System.Net.Sockets;
using Bridge.Edge.Configuration;

namespace Bridge.Edge.Listening;

/// <summary>Sockets of datagrams, of UDP and of Unix.</summary>
internal static class DatagramSocket
{
    public static Socket Create(IntakeEndpoint endpoint)
    {
        if (endpoint.Address is not { } address)
            return new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        if (address.Address.Equals(IPAddress.IPv6Any))
            socket.DualMode = true;
        return socket;
    }

    /// <summary>Binds the address.</summary>
    /// <exception cref="IntakeListenException">Nothing may listen there.</exception>
    public static ReceiveBuffer Bind(Socket socket, IntakeEndpoint endpoint)
    {
        try
        {
            var buffer = ReceiveBuffer.Set(socket);
            if (endpoint.Path is { } path)
                UnixSocketFile.Prepare(path, SocketType.Dgram);
            socket.Bind(endpoint.Address ?? (EndPoint)new UnixDomainSocketEndPoint(endpoint.Path!));
            if (endpoint.Path is { } bound)
                UnixSocketFile.Protect(bound);
            return buffer;
        }
        catch (SocketException exception)
        {
            throw new IntakeListenException(ListenProblem.Of(endpoint, exception.SocketErrorCode));
        }
    }

    /// <summary>
    /// Connects a bound socket to itself: what others send from now on is refused, what arrived before can be read.
    /// </summary>
    public static void RefuseOthers(Socket socket, IntakeEndpoint endpoint)
    {
        try
        {
            socket.Connect(endpoint.Path is { } path
                ? new UnixDomainSocketEndPoint(path)
                : Reachable((IPEndPoint)socket.LocalEndPoint!));
        }
        catch (SocketException)
        {
            // Then others are refused when it closes.
        }
    }

    /// <summary>Sends an empty datagram to a socket that is connected to itself.</summary>
    public static void Wake(Socket socket)
    {
        try
        {
            socket.Send(ReadOnlySpan<byte>.Empty);
        }
        catch (SocketException)
        {
            // Its buffer is full, so its reader is awake.
        }
    }

    private static IPEndPoint Reachable(IPEndPoint bound) => bound.Address switch
    {
        var any when any.Equals(IPAddress.Any) => new IPEndPoint(IPAddress.Loopback, bound.Port),
        var any when any.Equals(IPAddress.IPv6Any) => new IPEndPoint(IPAddress.IPv6Loopback, bound.Port),
        _ => bound,
    };
}
