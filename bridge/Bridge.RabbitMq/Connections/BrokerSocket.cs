using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client;

namespace Bridge.RabbitMq.Connections;

/// <summary>
/// The client library's socket. It keeps the reason why it did not connect: for an address of IPv6 the library does not tell it.
/// </summary>
internal sealed class BrokerSocket(AddressFamily family)
    : TcpClientAdapter(new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true })
{
    /// <summary>Why it did not connect; null when it did, and before.</summary>
    public SocketException? Failure { get; private set; }

    /// <inheritdoc/>
    public override async Task ConnectAsync(IPAddress ep, int port, CancellationToken cancellationToken = default)
    {
        try
        {
            await base.ConnectAsync(ep, port, cancellationToken);
        }
        catch (SocketException exception)
        {
            Failure = exception;
            throw;
        }
        catch (OperationCanceledException)
        {
            Failure = new SocketException((int)SocketError.TimedOut);
            throw;
        }
    }
}
