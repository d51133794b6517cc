using System.Net.Sockets;
using RabbitMQ.Client;

namespace Bridge.Publish;

/// <summary>What the client library connects with, so that its stream can be corked.</summary>
internal sealed class CorkedTcpClient(Socket socket) : TcpClientAdapter(socket)
{
    /// <summary>The connection's stream; asked for by the library once it is connected, and null before.</summary>
    public CorkedStream? Stream { get; private set; }

    /// <inheritdoc/>
    public override NetworkStream GetStream() => Stream ??= new CorkedStream(Client);
}
