using System.Net;
using System.Net.Sockets;
using System.Text;
using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using Bridge.RabbitMq.Topology;
using RabbitMQ.Client;

namespace Bridge.Tests.Publish;

[Collection(BrokerTests.Name)]
public sealed class BrokerProbeTests(BrokerFixture broker)
{
    [Fact]
    public async Task A_complete_broker_has_no_fault_and_nothing_is_published_or_taken()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "#");
        await CheckAsync(Some.Options(host), partitions: 2);
        await host.OnChannelAsync(channel => channel.BasicPublishAsync("", BridgeQueues.Chunks(0), "chunk"u8.ToArray()).AsTask());

        var findings = await CheckAsync(Some.Options(host), partitions: 2);

        Assert.All(findings, finding => Assert.Null(finding.Fault));
        Assert.Equal(
            [
                "connection", "exchange telemetry", "write to exchange telemetry", "write to the default exchange",
                "queue telemetry.chunks.0", "read from queue telemetry.chunks.0",
                "queue telemetry.chunks.1", "read from queue telemetry.chunks.1", "queue telemetry.dead",
                "connections and channels",
            ],
            findings.Select(finding => finding.Name),
            StringComparer.Ordinal);
        Assert.Equal(0u, await host.CountAsync("all"));
        Assert.False((await host.TakeAsync(BridgeQueues.Chunks(0))).Redelivered);
    }

    [Fact]
    public async Task Queues_made_by_the_bridge_are_quorum_queues_with_what_it_relies_on()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await CheckAsync(Some.Options(host), partitions: 1);

        var queues = await broker.Server.ControlAsync(
            ["list_queues", "-p", host.Name, "name", "type", "durable", "arguments", "--formatter", "json"]);

        Assert.Contains("x-single-active-consumer", queues, StringComparison.Ordinal);
        foreach (var queue in new[] { BridgeQueues.Chunks(0), BridgeQueues.Dead })
        {
            var line = queues.Split('\n').Single(text => text.Contains(queue, StringComparison.Ordinal));
            Assert.Contains("quorum", line, StringComparison.Ordinal);
            Assert.Contains("1000000000", line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_missing_exchange_is_permanent_and_the_queues_are_still_looked_at()
    {
        await using var host = await broker.CreateVirtualHostAsync();

        var findings = await CheckAsync(Some.Options(host) with { Exchange = "absent" });

        var fault = Fault(findings, "exchange absent");
        Assert.Contains("404 NOT_FOUND - no exchange 'absent'", fault.Message, StringComparison.Ordinal);
        Assert.False(fault.IsTransient);
        Assert.Single(findings, finding => !finding.IsOk);
        Assert.Contains(findings, finding => finding.Name == "queue telemetry.dead");
    }

    [Fact]
    public async Task A_user_without_configure_permission_works_with_queues_made_beforehand()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var restricted = await RestrictedUserAsync(host, configure: "^$", write: ".*", read: ".*");

        Assert.Contains(
            "403 ACCESS_REFUSED - access to queue 'telemetry.dead'",
            Fault(await CheckAsync(restricted), "queue telemetry.dead").Message,
            StringComparison.Ordinal);
        await CheckAsync(Some.Options(host));

        Assert.All(await CheckAsync(restricted), finding => Assert.Null(finding.Fault));
        await using var running = await RunningPublisher.StartReadyAsync(restricted);
    }

    [Fact]
    public async Task Missing_write_and_read_permissions_are_named_with_their_resource()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await CheckAsync(Some.Options(host));

        var findings = await CheckAsync(await RestrictedUserAsync(host, configure: ".*", write: "^$", read: "^$"));

        foreach (var (name, resource) in new[]
        {
            ("write to exchange telemetry", "exchange 'telemetry'"),
            ("write to the default exchange", "exchange 'amq.default'"),
            ("read from queue telemetry.chunks.0", "queue 'telemetry.chunks.0'"),
        })
        {
            var fault = Fault(findings, name);
            Assert.False(fault.IsTransient);
            Assert.Contains("403 ACCESS_REFUSED", fault.Message, StringComparison.Ordinal);
            Assert.Contains(resource, fault.Message, StringComparison.Ordinal);
        }

        // A refused write costs its channel, and not the connection.
        Assert.Equal(3, findings.Count(finding => !finding.IsOk));
    }

    [Fact]
    public async Task A_wrong_password_is_permanent_and_is_not_shown()
    {
        var fault = await ConnectionFaultAsync($"amqp://guest:wrongsecret@127.0.0.1:{broker.Server.Port}/");

        Assert.False(fault.IsTransient);
        Assert.Contains("refused the user or its password", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrongsecret", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_virtual_host_is_permanent()
    {
        var fault = await ConnectionFaultAsync($"amqp://guest:guest@127.0.0.1:{broker.Server.Port}/absent");

        Assert.False(fault.IsTransient);
        Assert.Contains("530 NOT_ALLOWED", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_virtual_host_that_the_user_may_not_use_is_permanent()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await broker.Server.ControlAsync(["add_user", "stranger", "pw"]);

        var fault = await ConnectionFaultAsync($"amqp://stranger:pw@127.0.0.1:{broker.Server.Port}/{host.Name}");

        Assert.False(fault.IsTransient);
        Assert.Contains("530 NOT_ALLOWED", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_port_is_a_broker_that_is_not_up_yet()
    {
        var port = Harness.Components.FreePort.Next();

        var fault = await ConnectionFaultAsync($"amqp://127.0.0.1:{port}/");

        Assert.True(fault.IsTransient);
        Assert.Contains("is not up yet", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_port_of_an_IPv6_address_is_a_broker_that_is_not_up_yet()
    {
        var fault = await ConnectionFaultAsync($"amqp://[::1]:{Harness.Components.FreePort.Next()}/");

        Assert.True(fault.IsTransient);
        Assert.Contains("[::1]", fault.Message, StringComparison.Ordinal);
        Assert.Contains("is not up yet", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_of_length_makes_the_bridges_queues_refuse_and_not_forget()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await broker.Server.ControlAsync(
            ["set_policy", "-p", host.Name, "all", ".*", """{"max-length":2}""", "--apply-to", "queues"]);
        await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host));
        for (var number = 0; number < 8; number++)
        {
            _ = running.PublishAsync(
                new OutgoingMessage("", BridgeQueues.Dead, new OutgoingProperties($"id-{number}"), new byte[10]));
        }

        await Eventually.TrueAsync(async () => await host.CountAsync(BridgeQueues.Dead) >= 2);
        Assert.Equal("id-0", (await host.DrainAsync(BridgeQueues.Dead))[0].BasicProperties.MessageId);
    }

    [Fact]
    public async Task An_unknown_host_is_permanent()
    {
        var fault = await ConnectionFaultAsync("amqp://no-such-host.invalid/");

        Assert.False(fault.IsTransient, fault.Message);
        Assert.Contains("the host of amqp://no-such-host.invalid/ is not known", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_speaks_another_protocol_is_told()
    {
        using var listener = AnswerWith("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");

        var fault = await ConnectionFaultAsync($"amqp://127.0.0.1:{PortOf(listener)}/");

        Assert.Contains("did not greet as an AMQP 0-9-1 broker", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls_against_a_port_without_it_is_told()
    {
        var fault = await ConnectionFaultAsync($"amqps://guest:guest@127.0.0.1:{broker.Server.Port}/");

        Assert.False(fault.IsTransient, fault.Message);
        Assert.StartsWith("TLS with amqps://guest:***@127.0.0.1:", fault.Message, StringComparison.Ordinal);
    }

    private static async Task<BrokerFault> ConnectionFaultAsync(string uri)
    {
        var finding = Assert.Single(await CheckAsync(new RabbitMqOptions { Uri = uri }));
        Assert.Equal("connection", finding.Name);
        Assert.NotNull(finding.Fault);
        Assert.DoesNotContain('\n', finding.Fault.Message);
        return finding.Fault;
    }

    private static Task<IReadOnlyList<BrokerFinding>> CheckAsync(RabbitMqOptions options, int partitions = 1) =>
        new BrokerProbe(new BrokerConnector(options, TimeProvider.System), new BrokerTopology(options.Exchange, partitions))
            .CheckAsync(CancellationToken.None)
            .WaitAsync(RunningPublisher.Timeout);

    private static BrokerFault Fault(IReadOnlyList<BrokerFinding> findings, string name)
    {
        var finding = Assert.Single(findings, finding => finding.Name == name);
        Assert.NotNull(finding.Fault);
        return finding.Fault;
    }

    private async Task<RabbitMqOptions> RestrictedUserAsync(VirtualHost host, string configure, string write, string read)
    {
        var user = $"user-of-{host.Name}";
        await broker.Server.ControlAsync(["add_user", user, "pw"]);
        await broker.Server.ControlAsync(["set_permissions", "-p", host.Name, user, configure, write, read]);
        return new RabbitMqOptions { Uri = $"amqp://{user}:pw@127.0.0.1:{broker.Server.Port}/{host.Name}" };
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static TcpListener AnswerWith(string text)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = AnswerAsync();
        return listener;

        async Task AnswerAsync()
        {
            using var client = await listener.AcceptTcpClientAsync();
            var stream = client.GetStream();
            await stream.ReadExactlyAsync(new byte[8]);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
            _ = await stream.ReadAsync(new byte[1]);
        }
    }
}
