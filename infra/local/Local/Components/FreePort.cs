using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Local.Components;

/// <summary>TCP ports on loopback for components to listen on.</summary>
public static class FreePort
{
    // Below the range that the kernel takes outgoing connections' ports from: a component that was killed
    // finds its port free when it starts again.
    private const int First = 20_000;
    private const int End = 32_000;

    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>A port that nothing listens on and that this process has not been given before.</summary>
    /// <exception cref="InvalidOperationException">None was found.</exception>
    public static int Next()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = Random.Shared.Next(First, End);
            if (Given.TryAdd(port, true) && IsFree(port))
                return port;
        }

        throw new InvalidOperationException($"no free port between {First} and {End} on 127.0.0.1: end what holds them");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
