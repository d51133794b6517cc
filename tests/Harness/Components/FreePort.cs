using System.Net;
using System.Net.Sockets;

namespace Harness.Components;

/// <summary>
/// TCP ports on loopback for components to listen on. Safe for use by several threads, and by several processes at a time.
/// </summary>
public static class FreePort
{
    // Below the range that the kernel takes outgoing connections' ports from: a component that was killed
    // finds its port free when it starts again.
    private const int First = 20_000;
    private const int End = 32_000;
    private const int BlockSize = 500;

    private static readonly Lock Gate = new();
    private static readonly Queue<int> Ports = new();

    // A block belongs to the process that listens on its first port: nobody else gives away what waits here for its component.
    private static readonly List<TcpListener> Blocks = [];

    /// <summary>
    /// A port that nothing listens on and that neither this process nor another that runs now has been given before.
    /// </summary>
    /// <exception cref="InvalidOperationException">None was found.</exception>
    public static int Next()
    {
        lock (Gate)
        {
            while (true)
            {
                if (Ports.Count == 0)
                    TakeBlock();
                var port = Ports.Dequeue();
                if (Listen(port) is { } listener)
                {
                    listener.Dispose();
                    return port;
                }
            }
        }
    }

    // In random order: what a process listened on that has just ended may be in use still.
    private static void TakeBlock()
    {
        var firsts = Enumerable.Range(0, (End - First) / BlockSize).Select(block => First + (block * BlockSize)).ToArray();
        Random.Shared.Shuffle(firsts);
        foreach (var first in firsts)
        {
            if (Listen(first) is not { } owner)
                continue;
            Blocks.Add(owner);
            var ports = Enumerable.Range(first + 1, BlockSize - 1).ToArray();
            Random.Shared.Shuffle(ports);
            Array.ForEach(ports, Ports.Enqueue);
            return;
        }

        throw new InvalidOperationException($"no free ports between {First} and {End} on 127.0.0.1: end what holds them");
    }

    private static TcpListener? Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException)
        {
            listener.Dispose();
            return null;
        }
    }
}
