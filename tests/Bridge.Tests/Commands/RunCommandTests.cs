using System.Net;
using System.Net.Sockets;
using Bridge.Tests.Publish;
using Harness.Components;

namespace Bridge.Tests.Commands;

/// <summary>How the bridge starts, waits, tells of its health, and ends.</summary>
[Collection(CommandBroker.Name)]
public sealed class RunCommandTests(BrokerFixture broker, CloudsFixture clouds)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_broker_that_comes_up_later_is_waited_for()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await broker.Server.KillAsync();
        var start = TimeProvider.System.GetTimestamp();
        await using var bridge = await BridgeProcess.StartAsync(BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs")), waitUntilReady: false);
        try
        {
            await bridge.Process.WaitForLineAsync(line => line.Contains("Waiting before the start", StringComparison.Ordinal), Patience);
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(bridge, "/healthz")).Status);
            var (status, reason) = await GetAsync(bridge, "/readyz");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Contains("refused the connection", reason, StringComparison.Ordinal);
        }
        finally
        {
            await broker.Server.StartAgainAsync();
        }

        await bridge.WaitUntilReadyAsync(Patience);

        // It tries every few seconds and reports every thirty: on a slow machine the broker takes longer than that to start.
        var reports = 1 + (int)(TimeProvider.System.GetElapsedTime(start) / TimeSpan.FromSeconds(30));
        Assert.InRange(bridge.Process.Lines.Count(line => line.Contains("aiting before the start", StringComparison.Ordinal)), 1, reports);
        Assert.Single(bridge.Process.Lines, line => line.Contains("Waiting is over", StringComparison.Ordinal));
        Assert.Equal(0, await bridge.TerminateAsync());
    }

    [Fact]
    public async Task A_queue_that_does_not_answer_yet_is_waited_for()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var environment = BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("azure"));
        clouds.Azure.Freeze();
        try
        {
            await using var bridge = await BridgeProcess.StartAsync(environment, waitUntilReady: false);
            var line = await bridge.Process.WaitForLineAsync(line => line.Contains("Waiting before the start", StringComparison.Ordinal), Patience);
            Assert.Contains("gave no complete answer within 15 s", line, StringComparison.Ordinal);

            clouds.Azure.Thaw();

            await bridge.WaitUntilReadyAsync(Patience);
        }
        finally
        {
            clouds.Azure.Thaw();
        }
    }

    [Fact]
    public async Task Readiness_follows_the_broker_and_health_does_not()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await using var bridge = await BridgeProcess.StartAsync(BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs")));
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync(bridge, "/readyz"));
        Assert.Equal(1, (await bridge.MetricsAsync())["bridge_broker_ready"]);

        await broker.Server.KillAsync();
        try
        {
            await Eventually.TrueAsync(async () => !await bridge.IsReadyAsync(), Patience);
            Assert.Contains("the broker accepts no messages now", (await GetAsync(bridge, "/readyz")).Text, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(bridge, "/healthz")).Status);
            Assert.Equal(0, (await bridge.MetricsAsync())["bridge_broker_ready"]);
        }
        finally
        {
            await broker.Server.StartAgainAsync();
        }

        await bridge.WaitUntilReadyAsync(Patience);
    }

    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    public async Task A_signal_ends_a_bridge_that_waits_with_0(Signal signal)
    {
        var environment = BridgeQueue.BridgeEnvironment(new Uri("amqp://guest:guest@127.0.0.1:1/"), await clouds.CreateAsync("sqs"));
        await using var bridge = await BridgeProcess.StartAsync(environment, waitUntilReady: false);
        await bridge.Process.WaitForLineAsync(line => line.Contains("Waiting before the start", StringComparison.Ordinal), Patience);

        bridge.Process.SendSignal(signal);

        Assert.Equal(0, await bridge.Process.WaitForExitAsync(Patience));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_one_clear_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var environment = BridgeQueue.BridgeEnvironment(new Uri("amqp://guest:guest@127.0.0.1:1/"), await clouds.CreateAsync("sqs"))
            .SetItem("Bridge__Http__Url", $"http://{taken.LocalEndpoint}");

        var result = await BridgeCommand.RunAsync(environment, "run");

        var error = BridgeCommand.OnlyError(result);
        Assert.Contains($"{taken.LocalEndpoint}", error, StringComparison.Ordinal);
        Assert.Contains("Bridge:Http:Url", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_that_is_collected_is_JSON_in_UTC_and_the_configuration_may_say_otherwise()
    {
        var environment = BridgeQueue.BridgeEnvironment(new Uri("amqp://guest:guest@127.0.0.1:1/"), await clouds.CreateAsync("sqs"));
        await using var standard = await BridgeProcess.StartAsync(environment, waitUntilReady: false);
        await using var simple = await BridgeProcess.StartAsync(environment.SetItem("Logging__Console__FormatterName", "simple"), waitUntilReady: false);

        var line = await standard.Process.WaitForLineAsync(line => line.Contains("Waiting before the start", StringComparison.Ordinal), Patience);
        using var json = System.Text.Json.JsonDocument.Parse(line);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", json.RootElement.GetProperty("Timestamp").GetString());
        line = await simple.Process.WaitForLineAsync(line => line.Contains("Waiting before the start", StringComparison.Ordinal), Patience);
        Assert.Contains("warn: ", line, StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string Text)> GetAsync(BridgeProcess bridge, string path)
    {
        using var http = new HttpClient { BaseAddress = bridge.Url };
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
