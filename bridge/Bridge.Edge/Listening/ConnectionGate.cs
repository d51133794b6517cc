using System.Net;
using Bridge.Edge.Configuration;
using Bridge.Edge.Diagnostics;
using Bridge.Edge.Formats;
using Microsoft.AspNetCore.Connections;

namespace Bridge.Edge.Listening;

/// <summary>
/// Lets connections in, before anything is read from them: by address, and up to a number. Safe for several threads.
/// </summary>
internal sealed class ConnectionGate(IntakeOptions options, IntakeCounters counters)
{
    private readonly PeerPolicy _policy = new(options);
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _addresses = [];
    private int _connections;

    /// <summary>Connections that are open.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Runs the rest of the connection if it may come in.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var peer = _policy.Describe((connection.RemoteEndPoint as IPEndPoint)?.Address);
        if (!peer.IsAllowed || !TryEnter(peer.Address))
        {
            counters.CountDropped(DropReason.Denied);
            connection.Abort();
            return;
        }

        try
        {
            connection.Items[typeof(Peer)] = peer;
            await next(connection);
        }
        finally
        {
            Leave(peer.Address);
        }
    }

    private bool TryEnter(IPAddress? address)
    {
        lock (_gate)
        {
            var fromThere = address is null ? 0 : _addresses.GetValueOrDefault(address);
            if (_connections >= options.MaxConnections || fromThere >= options.MaxConnectionsPerAddress)
                return false;
            _connections++;
            if (address is not null)
                _addresses[address] = fromThere + 1;
            return true;
        }
    }

    private void Leave(IPAddress? address)
    {
        lock (_gate)
        {
            _connections--;
            if (address is null)
                return;
            if (--_addresses[address] == 0)
                _addresses.Remove(address);
        }
    }
}
