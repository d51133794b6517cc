using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client;

namespace Bridge.Publish;

/// <summary>What the client library connects with, so that the stream is the bridge's: connected means that TLS stands as well.</summary>
/// <param name="socket">Not connected yet; its maker's.</param>
/// <param name="tls">Null without it.</param>
internal sealed class BrokerTcpClient(Socket socket, BrokerTls? tls) : TcpClientAdapter(socket)
{
    private BrokerStream? _stream;

    /// <summary>The connection's stream.</summary>
    public BrokerStream Stream => _stream ?? throw new InvalidOperationException("not connected");

    /// <inheritdoc/>
    public override async Task ConnectAsync(IPAddress ep, int port, CancellationToken cancellationToken = default)
    {
        await base.ConnectAsync(ep, port, cancellationToken);
        _stream = await BrokerStream.OpenAsync(Client, tls, cancellationToken);
    }

    /// <inheritdoc/>
    public override NetworkStream GetStream() => Stream;
}
