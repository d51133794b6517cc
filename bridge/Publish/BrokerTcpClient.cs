using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client;

namespace Bridge.Publish;

/// <summary>
/// Gives the client library a stream that is already connected, with TLS if needed. The library itself tries only one address of
/// a name, and hides why that failed.
/// </summary>
internal sealed class BrokerTcpClient : TcpClientAdapter
{
    private BrokerTcpClient(Socket socket, BrokerStream stream)
        : base(socket) => Stream = stream;

    /// <summary>The connection's stream.</summary>
    public BrokerStream Stream { get; }

    /// <summary>Connects, and opens TLS.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="tls">Null without it.</param>
    /// <param name="connectTimeout">How long connecting may take.</param>
    /// <param name="tlsTimeout">How long the handshake of TLS may take.</param>
    /// <param name="clock">Measures both.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="SocketException">It is not connected.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">One side refuses the other.</exception>
    /// <exception cref="IOException">The broker closed the connection meanwhile.</exception>
    public static async Task<BrokerTcpClient> ConnectAsync(
        IPEndPoint address,
        BrokerTls? tls,
        TimeSpan connectTimeout,
        TimeSpan tlsTimeout,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await WithinAsync(connectTimeout, token => socket.ConnectAsync(address, token).AsTask(), clock, cancellationToken);
            BrokerStream? stream = null;
            await WithinAsync(
                tlsTimeout, async token => stream = await BrokerStream.OpenAsync(socket, tls, token), clock, cancellationToken);
            return new BrokerTcpClient(socket, stream!);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Nothing to do: it is connected already.</summary>
    public override Task ConnectAsync(IPAddress ep, int port, CancellationToken cancellationToken = default) =>
        Task.CompletedTask;

    /// <inheritdoc/>
    public override NetworkStream GetStream() => Stream;

    private static async Task WithinAsync(
        TimeSpan timeout, Func<CancellationToken, Task> work, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(timeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        try
        {
            await work(both.Token);
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TimedOut);
        }
    }
}
