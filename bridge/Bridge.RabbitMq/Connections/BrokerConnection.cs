using RabbitMQ.Client;

namespace Bridge.RabbitMq.Connections;

/// <summary>A connection to the broker that can always be closed, also when the broker no longer reads from it.</summary>
/// <param name="connection">The client library's connection.</param>
/// <param name="socket">What it runs over.</param>
/// <param name="clock">Bounds the closing.</param>
internal sealed class BrokerConnection(IConnection connection, IDisposable socket, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The client library's connection.</summary>
    public IConnection Client => connection;

    /// <summary>
    /// Closes in order for two seconds at most, then closes the socket below the library: with a frozen broker the library's own
    /// closing would never end.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Task.Run(() => connection.AbortAsync(Constants.ReplySuccess, "closed by the bridge", CloseTimeout))
                .WaitAsync(CloseTimeout, clock);
        }
        catch (Exception)
        {
            // The socket is closed next in any case.
        }

        socket.Dispose();
    }
}

/// <summary>Opens connections to the company's broker.</summary>
internal interface IBrokerConnector
{
    /// <summary>The broker's address, the user and the rest of the options.</summary>
    RabbitMqOptions Options { get; }

    /// <summary>Opens a connection.</summary>
    /// <param name="name">Shown in the broker's list of connections.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BrokerFaultException">It could not be opened; the fault says why.</exception>
    Task<BrokerConnection> OpenAsync(string name, CancellationToken cancellationToken);
}
