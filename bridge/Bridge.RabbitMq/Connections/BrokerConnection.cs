using RabbitMQ.Client;

namespace Bridge.RabbitMq.Connections;

/// <summary>A connection to the broker that can always be got rid of, also when the broker no longer reads from it.</summary>
/// <param name="connection">The client library's connection.</param>
/// <param name="socket">What carries it.</param>
/// <param name="clock">Bounds the farewell.</param>
internal sealed class BrokerConnection(IConnection connection, IDisposable socket, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    /// <summary>The client library's connection.</summary>
    public IConnection Client => connection;

    /// <summary>
    /// Says goodbye for two seconds at most, then closes the socket under the library: with a frozen broker the library's own
    /// closing would wait for good.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Task.Run(() => connection.AbortAsync(Constants.ReplySuccess, "closed by the bridge", Farewell))
                .WaitAsync(Farewell, clock);
        }
        catch (Exception)
        {
            // The connection is given up either way.
        }

        socket.Dispose();
    }
}

/// <summary>Opens connections to the company's broker.</summary>
internal interface IBrokerConnector
{
    /// <summary>Where to, as whom.</summary>
    RabbitMqOptions Options { get; }

    /// <summary>Opens a connection.</summary>
    /// <param name="name">Shown in the broker's list of connections.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BrokerFaultException">It did not come about; the fault says why.</exception>
    Task<BrokerConnection> OpenAsync(string name, CancellationToken cancellationToken);
}
