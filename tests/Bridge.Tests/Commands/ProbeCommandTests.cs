using System.Net;
using System.Net.Sockets;
using Bridge.Hosting.Http;
using Harness.Components;

namespace Bridge.Tests.Commands;

/// <summary>What a container's health check is told. The bridge that is asked waits for a broker that is not there.</summary>
[Trait("Lane", "full")]
public sealed class ProbeCommandTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("http://127.0.0.1:8080", "http://127.0.0.1:8080/")]
    [InlineData("http://0.0.0.0:8080", "http://127.0.0.1:8080/")]
    [InlineData("http://+:8080", "http://127.0.0.1:8080/")]
    [InlineData("http://*:8080/", "http://127.0.0.1:8080/")]
    [InlineData("http://[::]:8080", "http://127.0.0.1:8080/")]
    [InlineData("http://localhost", "http://127.0.0.1/")]
    [InlineData("http://bridge.internal:9000", "http://127.0.0.1:9000/")]
    [InlineData("http://192.0.2.7:8080", "http://192.0.2.7:8080/")]
    [InlineData("http://[::1]:8080", "http://[::1]:8080/")]
    public void It_asks_the_address_that_this_machine_reaches_the_bridge_at(string listensOn, string asked)
    {
        var options = new HttpOptions { Url = listensOn };

        Assert.Empty(options.Validate());
        Assert.Equal(asked, options.LocalUri.ToString());
    }

    [Theory]
    [InlineData("https://+:8080")]
    [InlineData("http://+:99999")]
    [InlineData("http://+:8080/base")]
    [InlineData("http://:8080")]
    [InlineData("http://unix:/run/bridge.sock")]
    [InlineData("http://user@127.0.0.1:8080")]
    [InlineData("127.0.0.1:8080")]
    [InlineData("")]
    public void What_is_no_address_to_listen_on_is_refused(string url) =>
        Assert.Contains($"'{url}'", Assert.Single(new HttpOptions { Url = url }.Validate()), StringComparison.Ordinal);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("+")]
    [InlineData("[::]")]
    public async Task A_bridge_that_waits_is_alive_and_not_ready(string address)
    {
        var environment = Environment($"http://{address}:{FreePort.Next()}");
        await using var bridge = await ChildProcess.StartAsync(
            new ChildProcessStart(BuiltProgram.Path("bridge", "bridge")) { Name = "bridge", Environment = environment });
        await bridge.WaitForLineAsync(line => line.Contains("Waiting before the start", StringComparison.Ordinal), Patience);

        var live = await BridgeCommand.RunAsync(environment, "probe");
        var ready = await BridgeCommand.RunAsync(environment, "probe", "--ready");

        Assert.Equal((0, "ok\n", ""), (live.ExitCode, live.Output, live.Errors));
        var error = BridgeCommand.OnlyError(ready);
        Assert.Contains("/readyz answers 503: waiting before the start: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_listens_it_says_so()
    {
        var url = $"http://127.0.0.1:{FreePort.Next()}";

        var result = await BridgeCommand.RunAsync(Environment(url), "probe");

        Assert.StartsWith($"error: {url}/healthz: Connection refused", BridgeCommand.OnlyError(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_given_up()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        var result = await BridgeCommand.RunAsync(Environment($"http://{silent.LocalEndpoint}"), "probe");

        Assert.Contains("/healthz: no answer within 3 s", BridgeCommand.OnlyError(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_none_is_named()
    {
        var result = await BridgeCommand.RunAsync(Environment("http://nowhere:-1"), "probe");

        Assert.Contains("'http://nowhere:-1'", BridgeCommand.OnlyError(result), StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Environment(string url) => new(StringComparer.Ordinal)
    {
        ["Bridge__Http__Url"] = url,
        ["Bridge__RabbitMq__Uri"] = "amqp://guest:guest@127.0.0.1:1/",
        ["Bridge__Queues__0__Url"] = "http://127.0.0.1:1/000000000000/telemetry",
        ["Bridge__Queues__0__Kind"] = "sqs",
        ["AWS_ACCESS_KEY_ID"] = "local",
        ["AWS_SECRET_ACCESS_KEY"] = "local",
        ["AWS_REGION"] = "us-east-1",
    };
}
