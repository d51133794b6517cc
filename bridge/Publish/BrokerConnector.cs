using System.Net.Sockets;
using RabbitMQ.Client;

namespace Bridge.Publish;

/// <summary>Opens connections over TCP, with TLS where the options ask for it.</summary>
internal sealed class BrokerConnector(RabbitMqOptions options, TimeProvider clock) : IBrokerConnector
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public RabbitMqOptions Options => options;

    /// <inheritdoc/>
    public async Task<BrokerConnection> OpenAsync(string name, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        BrokerTcpClient? client = null;
        BrokerTls? tls = null;
        try
        {
            tls = options.UsesTls ? new BrokerTls(options) : null;
            var factory = CreateFactory();
            factory.SocketFactory = family =>
            {
                socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                return client = new BrokerTcpClient(socket, tls);
            };
            var connection = await factory.CreateConnectionAsync(name, cancellationToken);

            // The library does not await the answer to connection.open: a virtual host that is missing shows only now.
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await channel.CloseAsync(cancellationToken);
            return new BrokerConnection(connection, client!.Stream.Turns, socket!, clock);
        }
        catch (Exception exception)
        {
            socket?.Dispose();
            if (cancellationToken.IsCancellationRequested)
                throw;
            throw new BrokerFaultException(BrokerFault.From(exception, options, tls), exception);
        }
    }

    /// <summary>The client library's settings for <see cref="Options"/>.</summary>
    public ConnectionFactory CreateFactory()
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(options.Uri),

            // The library's recovery forgets which messages awaited a confirm: whoever opens a connection replaces it as a whole.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedConnectionTimeout = AnswerTimeout,
            HandshakeContinuationTimeout = AnswerTimeout,
            ContinuationTimeout = AnswerTimeout,
            RequestedHeartbeat = TimeSpan.FromSeconds(20),
        };

        // TLS is the stream's: the library would encrypt once more. It takes the port by custom from what is taken away here.
        factory.Port = factory.Endpoint.Port;
        factory.Ssl = new SslOption();
        return factory;
    }
}
