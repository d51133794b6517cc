using Bridge.Edge.Formats;
using Microsoft.AspNetCore.Connections;

namespace Bridge.Edge.Listening;

/// <summary>Reads the messages of a connection until it ends.</summary>
internal interface IConnectionHandler
{
    /// <param name="connection">The connection.</param>
    /// <param name="peer">Who sends.</param>
    /// <param name="stop">The intake stops: what was read is handed over, and the connection ends.</param>
    Task RunAsync(ConnectionContext connection, Peer peer, CancellationToken stop);
}
