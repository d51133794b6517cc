using System.Net;
using System.Net.Sockets;
using Bridge.RabbitMq.Connections;
using Harness.Components;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Tests.Publish;

/// <summary>Which addresses a connection is tried at.</summary>
[Collection(BrokerTests.Name)]
public sealed class BrokerConnectorTests(BrokerFixture broker)
{
    private static readonly IPAddress Dead = IPAddress.Parse("127.0.0.9");

    [Fact]
    public async Task Every_address_of_a_name_is_tried()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var options = Some.Options(host) with { Uri = new UriBuilder(host.Uri) { Host = "broker.example" }.Uri.AbsoluteUri };
        var asked = new List<string>();
        var connector = new BrokerConnector(options, TimeProvider.System, (name, _) =>
        {
            asked.Add(name);
            return Task.FromResult<IPAddress[]>([Dead, IPAddress.IPv6Loopback, IPAddress.Loopback]);
        });

        for (var turn = 0; turn < 2; turn++)
        {
            await using var connection = await connector.OpenAsync("test", CancellationToken.None);
            Assert.True(connection.Client.IsOpen);
        }

        Assert.Equal(["broker.example", "broker.example"], asked);
    }

    [Fact]
    public async Task Every_host_of_a_cluster_is_tried_and_one_that_is_not_known_does_not_matter()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var options = Some.Options(host) with
        {
            Uri = new UriBuilder(host.Uri) { Port = FreePort.Next() }.Uri.AbsoluteUri,
            Hosts = ["no-such-host.invalid", $"127.0.0.1:{broker.Server.Port}"],
        };
        Assert.Empty(options.Validate());

        await using var connection =
            await new BrokerConnector(options, TimeProvider.System).OpenAsync("test", CancellationToken.None);

        Assert.True(connection.Client.IsOpen);
    }

    [Fact]
    public async Task A_host_that_is_not_known_is_waited_for_where_another_is_just_down()
    {
        var options = new RabbitMqOptions { Uri = $"amqp://127.0.0.1:{FreePort.Next()}/", Hosts = ["no-such-host.invalid"] };

        var fault = await FaultAsync(options);

        Assert.True(fault.IsTransient, fault.Message);
        Assert.Contains("is not up yet", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_only_people_can_put_right_is_told_before_a_host_that_is_down()
    {
        var options = new RabbitMqOptions
        {
            Uri = $"amqp://guest:wrongsecret@127.0.0.1:{FreePort.Next()}/",
            Hosts = [$"127.0.0.1:{broker.Server.Port}"],
        };

        var fault = await FaultAsync(options);

        Assert.False(fault.IsTransient, fault.Message);
        Assert.Contains(
            $"127.0.0.1:{broker.Server.Port}/ refused the user or its password", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrongsecret", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_or_for_another_host_is_refused_with_the_reason()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        using var company = new CertificateAuthority("company CA");
        using var stranger = new CertificateAuthority("another CA");
        var secure = (await broker.ListenWithTlsAsync(company))(Some.Options(host));
        foreach (var (options, reason) in new[]
        {
            (secure with { CaFile = stranger.CertificateFile }, "is not trusted: add that authority"),
            (secure with { CaFile = null }, "is not trusted: name the file"),
            (
                secure with { Uri = secure.Uri.Replace("localhost", "127.0.0.1", StringComparison.Ordinal) },
                "and not for '127.0.0.1'"),
        })
        {
            var fault = await FaultAsync(options);

            Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
            Assert.False(fault.IsTransient);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_peer_that_is_silent_in_the_handshake_of_tls_is_left_in_time_or_when_nobody_waits(bool isCancelled)
    {
        using var timeout = new CancellationTokenSource(RunningPublisher.Timeout);
        using var cancel = new CancellationTokenSource();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var clock = new FakeTimeProvider();
        var options = new RabbitMqOptions { Uri = $"amqps://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/" };
        var opening = new BrokerConnector(options, clock).OpenAsync("test", cancel.Token);
        using var peer = await listener.AcceptSocketAsync(timeout.Token);
        Assert.NotEqual(0, await peer.ReceiveAsync(new byte[1], timeout.Token));

        if (isCancelled)
            await cancel.CancelAsync();
        else
            clock.Advance(TimeSpan.FromSeconds(20));

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => opening.WaitAsync(timeout.Token));
        Assert.Equal(isCancelled, failure is OperationCanceledException);
        Assert.Equal(!isCancelled, failure is BrokerFaultException { Fault.IsTransient: true });
        Assert.Contains(isCancelled ? "canceled" : "gave no AMQP answer in time", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<BrokerFault> FaultAsync(RabbitMqOptions options) =>
        (await Assert.ThrowsAsync<BrokerFaultException>(
            () => new BrokerConnector(options, TimeProvider.System).OpenAsync("test", CancellationToken.None))).Fault;
}
