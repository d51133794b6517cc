using System.Net;
using System.Net.Sockets;
using System.Text;
using Bridge.Tests.Commands;
using Bridge.Tests.Publish;
using Harness.Components;
using RabbitMQ.Client;

namespace Bridge.Tests.Edge;

/// <summary>A bridge without a cloud queue: from a socket over the spool to the exchange.</summary>
[Collection(BrokerTests.Name)]
public sealed class IntakeTests(BrokerFixture broker) : IDisposable
{
    private const string Queue = "events";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePort.Next();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Datagrams_and_lines_arrive_byte_for_byte_with_an_identity_and_without_chunk_queues()
    {
        await using var host = await LayAsync();
        await using var bridge = await BridgeProcess.StartAsync(Environment(host.Uri));
        string[] sent = ["""{"style":"logs","service":"orders","n":1}""", """{"style":"metrics",  "n":2}""", """{"n":3,"note":"ü"}"""];

        await SendDatagramsAsync(sent[..2]);
        await SendLinesAsync(sent[2..]);

        var arrived = await ArrivedAsync(host, sent.Length);
        Assert.Equal(sent.Order(StringComparer.Ordinal), arrived.Select(Text).Order(StringComparer.Ordinal));
        Assert.Equal(sent.Length, arrived.Select(message => message.BasicProperties.MessageId).Distinct(StringComparer.Ordinal).Count());
        Assert.All(arrived, message => Assert.StartsWith("spool:", SourceOf(message), StringComparison.Ordinal));
        Assert.False(await host.ExistsAsync("telemetry.chunks.0"));
        Assert.True(await host.ExistsAsync("telemetry.dead"));
    }

    [Fact]
    public async Task What_was_taken_while_the_broker_was_away_outlives_a_kill_and_arrives_once()
    {
        const int Events = 2_000;
        await using var host = await LayAsync();
        var away = new UriBuilder(host.Uri) { Port = FreePort.Next() }.Uri;
        await using (var before = await BridgeProcess.StartAsync(Environment(away), waitUntilReady: false))
        {
            await Eventually.TrueAsync(async () => await TrySendLinesAsync(Enumerable.Range(0, Events).Select(Event)), Timeout);
            await Eventually.TrueAsync(
                async () => (await before.MetricsAsync()).GetValueOrDefault("bridge_spool_events") == Events, Timeout);
            before.Process.SendSignal(Signal.Kill);
        }

        await using var after = await BridgeProcess.StartAsync(Environment(host.Uri));

        var arrived = await ArrivedAsync(host, Events);
        Assert.Equal(Enumerable.Range(0, Events).Select(Event).Order(StringComparer.Ordinal), arrived.Select(Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_intake_that_anybody_could_send_to_does_not_start()
    {
        await using var host = await LayAsync();
        var open = Environment(host.Uri);
        open["Bridge__Intakes__0__Url"] = $"lines+udp://0.0.0.0:{_port}";

        var result = await BridgeProcess.RunBridgeAsync(["check"], environment: open);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Bridge:Intakes:0:Url", result.Output, StringComparison.Ordinal);
        Assert.Contains("Allow", result.Output, StringComparison.Ordinal);
    }

    private static string Event(int number) => $$"""{"style":"logs","n":{{number}}}""";

    private static string Text(BasicGetResult message) => Encoding.UTF8.GetString(message.Body.Span);

    private static string SourceOf(BasicGetResult message) =>
        Encoding.UTF8.GetString((byte[])message.BasicProperties.Headers!["x-telemetry-source"]!);

    private async Task<VirtualHost> LayAsync()
    {
        var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync(Queue, "#");
        return host;
    }

    private Dictionary<string, string> Environment(Uri uri) => new(StringComparer.Ordinal)
    {
        ["Bridge__RabbitMq__Uri"] = uri.ToString(),
        ["Bridge__Intakes__0__Url"] = $"lines+udp://127.0.0.1:{_port}",
        ["Bridge__Intakes__1__Url"] = $"lines+tcp://127.0.0.1:{_port}",
        ["Bridge__Spool__Directory"] = _folder.File("spool"),
    };

    private async Task SendDatagramsAsync(IEnumerable<string> events)
    {
        using var socket = new UdpClient();
        foreach (var json in events)
            await socket.SendAsync(Encoding.UTF8.GetBytes(json), new IPEndPoint(IPAddress.Loopback, _port));
    }

    private async Task SendLinesAsync(IEnumerable<string> events)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _port);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(string.Concat(events.Select(json => $"{json}\n"))));
    }

    private async Task<bool> TrySendLinesAsync(IEnumerable<string> events)
    {
        try
        {
            await SendLinesAsync(events);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<List<BasicGetResult>> ArrivedAsync(VirtualHost host, int count)
    {
        await Eventually.TrueAsync(async () => await host.CountAsync(Queue) >= count, Timeout);
        return await host.DrainAsync(Queue);
    }
}
