using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Harness.Components;

namespace Harness.Faults;

/// <summary>
/// A network between someone and a port on loopback that can be cut and healed; or, of several ports, to the first that answers,
/// as a load balancer before a cluster does.
/// </summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly int[] _targets;
    private readonly ConcurrentDictionary<Socket, bool> _sockets = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    // Complete while bytes may pass.
    private volatile TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _refuses;

    /// <param name="targets">The ports that it leads to.</param>
    public TcpProxy(params int[] targets)
    {
        _targets = targets;
        Port = FreePort.Next();
        _open.SetResult();
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>
    /// From now on nothing passes and nobody is told: connections stay open, new ones are accepted and stay silent.
    /// </summary>
    public void Cut() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Resets every connection, and every new one, until healed.</summary>
    public void Reset()
    {
        _refuses = true;
        foreach (var socket in _sockets.Keys)
            Abort(socket);
    }

    /// <summary>Everything passes again, what was held back first.</summary>
    public void Heal()
    {
        _refuses = false;
        _open.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        foreach (var socket in _sockets.Keys)
            Abort(socket);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ForwardAsync(await _listener.AcceptSocketAsync(_stop.Token));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ForwardAsync(Socket client)
    {
        Socket? server = null;
        client.NoDelay = true;
        _sockets[client] = true;
        try
        {
            if (_refuses || (server = await ConnectAsync()) is null)
                return;
            _sockets[server] = true;
            await Task.WhenAny(PumpAsync(client, server), PumpAsync(server, client));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The target is down, or the proxy disposed: the client is reset as well.
        }
        finally
        {
            Abort(client);
            if (server is not null)
                Abort(server);
        }
    }

    private async Task<Socket?> ConnectAsync()
    {
        foreach (var target in _targets)
        {
            var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, target, _stop.Token);
                return server;
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException)
            {
                server.Dispose();
            }
        }

        return null;
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and var count)
            {
                await _open.Task.WaitAsync(_stop.Token);
                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _stop.Token);
            }

            // An end, too, is told only once the network is whole.
            await _open.Task.WaitAsync(_stop.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Reset by either side.
        }
    }

    // Without lingering a close is a reset.
    private void Abort(Socket socket)
    {
        if (_sockets.TryRemove(socket, out _))
            socket.Close(timeout: 0);
    }
}
