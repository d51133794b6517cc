using System.Net;
using System.Net.Sockets;
using Bridge.RabbitMq.Connections;
using Harness.Components;

namespace Bridge.Tests.Publish;

public sealed class BrokerSocketTests
{
    public static TheoryData<string> Addresses => ["127.0.0.1", "::1"];

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Why_it_did_not_connect_is_kept(string address)
    {
        var to = IPAddress.Parse(address);
        using var refused = new BrokerSocket(to.AddressFamily);
        await Assert.ThrowsAsync<SocketException>(() => refused.ConnectAsync(to, FreePort.Next(), CancellationToken.None));
        Assert.Equal(SocketError.ConnectionRefused, refused.Failure?.SocketErrorCode);

        using var late = new BrokerSocket(to.AddressFamily);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => late.ConnectAsync(to, FreePort.Next(), new CancellationToken(canceled: true)));
        Assert.Equal(SocketError.TimedOut, late.Failure?.SocketErrorCode);
    }

    [Fact]
    public async Task A_connected_one_has_no_failure()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var socket = new BrokerSocket(AddressFamily.InterNetwork);

        await socket.ConnectAsync(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndpoint).Port, CancellationToken.None);

        Assert.Null(socket.Failure);
        Assert.True(socket.Client.NoDelay);
    }
}
