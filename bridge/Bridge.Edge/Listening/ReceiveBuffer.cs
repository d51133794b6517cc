using System.Net.Sockets;

namespace Bridge.Edge.Listening;

/// <summary>The receive buffer that a socket of datagrams has, and the one that it should have.</summary>
/// <param name="Bytes">What the kernel grants.</param>
/// <param name="Limits">False for a Unix socket, whose senders wait.</param>
internal sealed record ReceiveBuffer(int Bytes, bool Limits)
{
    /// <summary>Enough for a burst of 60,000 messages a second that lasts as long as a slow disk.</summary>
    public const int Wanted = 8 * 1024 * 1024;

    /// <summary>What to do for the wanted size; null when it is granted.</summary>
    public string? Remedy => Limits && Bytes < Wanted
        ? $"the kernel limits its receive buffer to {Bytes / 1024:D} KiB of {Wanted / 1024:D}: set sysctl"
            + $" net.core.rmem_max={Wanted}"
        : null;

    // Linux: SOL_SOCKET and SO_RCVBUFFORCE, which takes no notice of the limit and needs CAP_NET_ADMIN.
    private static void Force(Socket socket)
    {
        const int socketLevel = 1;
        const int receiveBufferForce = 33;
        try
        {
            socket.SetRawSocketOption(socketLevel, receiveBufferForce, BitConverter.GetBytes(Wanted));
        }
        catch (SocketException)
        {
            // Without the permission the limit holds, and the remedy is told.
        }
    }

    /// <summary>Asks for the wanted size, and reads what was granted.</summary>
    public static ReceiveBuffer Set(Socket socket)
    {
        socket.ReceiveBufferSize = Wanted;
        if (OperatingSystem.IsLinux())
            Force(socket);

        // Linux tells twice the size: half of it is for its own bookkeeping.
        var told = socket.ReceiveBufferSize;
        return new ReceiveBuffer(OperatingSystem.IsLinux() ? told / 2 : told, socket.AddressFamily is not AddressFamily.Unix);
    }
}
