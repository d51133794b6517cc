using System.Text;
using System.Text.Json;
using Bridge.CloudQueues;
using Bridge.Tests.Commands;
using Bridge.Tests.Publish;
using Bridge.Tests.Status;
using Bridge.Tests.Support;
using Harness.Components;
using RabbitMQ.Client;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge.Tests.Audit;

/// <summary>The audit of what real bridges brought from a real queue to a real exchange.</summary>
[Collection(StatusBroker.Name)]
public sealed class AuditRoadTests(BrokerFixture broker, CloudsFixture clouds)
{
    private const string Tap = "audit";

    // What a poll of a bridge that has ended still takes is soon seen again.
    private const string ShortestLease = "00:00:10";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("classic")]
    [InlineData("quorum")]
    public async Task When_all_is_delivered_nothing_is_missing_and_the_queue_stays_as_it_was(string type)
    {
        const int Events = 3_000;
        await using var host = await LayAsync(type: type);
        var queue = await clouds.CreateAsync("sqs");
        await using var bridge = await StartAsync(host, queue);

        var input = string.Concat(Enumerable.Range(0, Events).Select(number => $"{Messages.Event(number)}\n"));
        foreach (var _ in Enumerable.Range(0, 2))
            (await BridgeProcess.RunBridgeAsync(["send", "--queue", queue.Url.ToString(), "--kind", "sqs"], input, queue.SenderEnvironment())).EnsureSuccess("bridge send");
        await PutAsync(queue, Encoding.UTF8.GetBytes("""{"plain":1}"""), Encoding.UTF8.GetBytes("""{"plain":2}"""));
        await UntilArrivedAsync(host, (2 * Events) + 2);

        var result = await RunAsync(host, "--from", Tap, "--from-zero");

        Assert.True(result.ExitCode == 0, result.Errors + result.Output);
        Assert.Contains($"messages {(2 * Events) + 2}; events {2 * Events} in batches ", result.Output, StringComparison.Ordinal);
        Assert.Contains("of senders 2; plain events 2; duplicates 0", result.Output, StringComparison.Ordinal);
        Assert.Equal((uint)(2 * Events) + 2, await host.CountAsync(Tap));
    }

    [Fact]
    public async Task A_batch_that_was_dropped_is_named_with_sender_and_sequence()
    {
        await using var host = await LayAsync();
        using var folder = new TemporaryFolder();
        var queue = await clouds.CreateAsync("sqs");
        await PutAsync(queue, BatchOf(4));
        Assert.Single(await BridgeCommand.DrainAsync(queue));
        foreach (var sequence in (uint[])[0, 1, 2, 3, 5, 6])
            await PutAsync(queue, BatchOf(sequence));
        await using var bridge = await StartAsync(host, queue);
        await UntilArrivedAsync(host, 6 * 3);

        var result = await RunAsync(host, "--from", Tap, "--consume", "--export", folder.File("seen.jsonl"));

        Assert.Equal((1, "error: missing batches: 1\n"), (result.ExitCode, result.Errors));
        var lines = BridgeCommand.Lines(result.Output);
        Assert.StartsWith(Seen.Sender.ToString(), lines[1], StringComparison.Ordinal);
        Assert.Equal("  batch 4 is missing", lines[2]);
        Assert.Equal(0u, await host.CountAsync(Tap));

        var again = await BridgeCommand.RunAsync("audit", "--file", folder.File("seen.jsonl"));
        Assert.Equal((result.ExitCode, result.Errors, result.Output), (again.ExitCode, again.Errors, again.Output));
    }

    [Fact]
    public async Task What_is_published_again_after_a_restart_is_a_duplicate_and_no_failure()
    {
        await using var host = await LayAsync();
        var queue = await clouds.CreateAsync("sqs");
        for (var run = 0; run < 2; run++)
        {
            await using var bridge = await StartAsync(host, queue);
            await PutAsync(queue, BatchOf(0));
            await UntilArrivedAsync(host, 3 * (run + 1));
            await bridge.TerminateAsync();
        }

        var result = await RunAsync(host, "--from", Tap);

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("duplicates 3 (3 identical, 0 not compared, 0 altered)", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dead_letters_explain_a_batch_that_cannot_be_read_and_an_event_that_has_no_queue()
    {
        await using var host = await LayAsync("logs.#");
        var queue = await clouds.CreateAsync("sqs");
        await PutAsync(queue, BatchOf(0));
        await PutAsync(queue, Messages.Of([Messages.Event(1)], sequence: 1, key: new MasterKey("k9", new byte[32]))[0]);
        await PutAsync(queue, Messages.Of([Messages.Event(1), """{"style":"metrics"}""", "no JSON"], sequence: 2)[0]);
        await PutAsync(queue, BatchOf(3));
        await using var bridge = await StartAsync(host, queue);
        await UntilArrivedAsync(host, 7);
        await Eventually.TrueAsync(async () => await host.CountAsync("telemetry.dead") == 3, Patience);

        var without = await RunAsync(host, "--from", Tap);
        var with = await RunAsync(host, "--from", Tap, "--dead", "--json");

        Assert.Equal(["error: missing batches: 1", "error: missing events of batches that came in part: 2"], BridgeCommand.Lines(without.Errors));
        Assert.True(with.ExitCode == 0, with.Errors);
        var sender = Assert.Single(JsonDocument.Parse(with.Output).RootElement.GetProperty("senders").EnumerateArray());
        Assert.Equal((3, 1, 2), (sender.GetProperty("batches").GetInt32(), sender.GetProperty("deadBatches").GetInt32(), sender.GetProperty("deadEvents").GetInt32()));
        Assert.Equal(3u, await host.CountAsync("telemetry.dead"));
    }

    [Fact]
    public async Task Listening_waits_behind_its_window_for_what_is_missing()
    {
        await using var host = await LayAsync();
        var queue = await clouds.CreateAsync("sqs");
        await using var bridge = await StartAsync(host, queue);
        await using var audit = await ListenAsync(host, "00:00:05");

        await PutAsync(queue, BatchOf(0));
        await PutAsync(queue, BatchOf(2));
        await audit.WaitForLineAsync(line => line.StartsWith("something is missing", StringComparison.Ordinal), Patience);
        await PutAsync(queue, BatchOf(1));

        Assert.True(await audit.WaitForExitAsync(Patience) == 0, audit.Tail());
        Assert.Contains("nothing is missing", audit.Lines);
    }

    [Fact]
    public async Task A_signal_ends_the_listening_with_a_report()
    {
        await using var host = await LayAsync();
        await using var audit = await ListenAsync(host, "01:00:00");

        audit.SendSignal(Signal.Interrupt);

        Assert.Equal(0, await audit.WaitForExitAsync(Patience));
        Assert.Contains("nothing is missing", audit.Lines);
    }

    [Theory]
    [InlineData("classic")]
    [InlineData("quorum")]
    public async Task What_is_held_at_once_is_bounded_by_bytes_and_the_rest_is_read_part_by_part(string type)
    {
        await using var host = await LayAsync(type: type);
        using var folder = new TemporaryFolder();
        await host.OnChannelAsync(async channel =>
        {
            for (var number = 0; number < 3_000; number++)
            {
                var properties = new BasicProperties
                {
                    MessageId = $"{Seen.Sender}-{number}-00000000000000ff-0",
                    Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-telemetry-events"] = 1 },
                };
                await channel.BasicPublishAsync(VirtualHost.Exchange, "any", mandatory: true, properties, new byte[3 * 1_024]);
            }
        });
        await UntilArrivedAsync(host, 3_000);

        // A quarter of what is there.
        var part = (string[])["--from", Tap, "--max-bytes", $"{750 * 4 * 1_024}"];
        var first = await RunAsync(host, part);
        Assert.Equal(1, first.ExitCode);
        Assert.Contains("error: messages not read, since no more are held at once", first.Errors, StringComparison.Ordinal);
        Assert.EndsWith("--consume --export: 2250\n", first.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("nothing is missing", first.Output, StringComparison.Ordinal);
        Assert.Contains("messages 750; ", first.Output, StringComparison.Ordinal);
        Assert.Equal(3_000u, await host.CountAsync(Tap));

        for (var left = 2_250; left >= 0; left -= 750)
        {
            var result = await RunAsync(host, [.. part, "--consume", "--export", folder.File($"{left:0000}.jsonl")]);
            Assert.Equal(left == 0 ? 0 : 1, result.ExitCode);
            // The broker returns what the command had received and not acknowledged only after the connection has ended.
            await Eventually.TrueAsync(async () => await host.CountAsync(Tap) == (uint)left, Patience);
        }

        await folder.WriteAsync(
            "all.jsonl",
            string.Concat(Directory.GetFiles(folder.Path, "*.jsonl").Order(StringComparer.Ordinal).Select(File.ReadAllText)));
        var whole = await BridgeCommand.RunAsync("audit", "--file", folder.File("all.jsonl"), "--from-zero");
        Assert.True(whole.ExitCode == 0, whole.Errors);
        Assert.Contains("messages 3000; ", whole.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queue_that_is_missing_is_one_clear_line()
    {
        await using var host = await LayAsync();

        Assert.Contains("nowhere", BridgeCommand.OnlyError(await RunAsync(host, "--from", "nowhere")), StringComparison.Ordinal);
    }

    private static byte[] BatchOf(uint sequence) => Messages.Of(Enumerable.Range(0, 3).Select(number => Messages.Event(number)), sequence)[0];

    private async Task<VirtualHost> LayAsync(string binding = "#", string type = "classic")
    {
        var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync(Tap, binding, new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = type });
        return host;
    }

    private static Task<BridgeProcess> StartAsync(VirtualHost host, BridgeQueue queue) =>
        BridgeProcess.StartAsync(BridgeQueue.BridgeEnvironment(host.Uri, queue).SetItem("Bridge__Receive__Lease", ShortestLease));

    private static async Task<ChildProcess> ListenAsync(VirtualHost host, string window)
    {
        var audit = await ChildProcess.StartAsync(new ChildProcessStart(
            BuiltProgram.Path("bridge", "bridge"), "audit", "--for", window, "--warm-up", "00:00:00", "--uri", host.Uri.OriginalString));
        await audit.WaitForLineAsync(line => line.StartsWith("listening", StringComparison.Ordinal), Patience);
        return audit;
    }

    private static Task<CommandResult> RunAsync(VirtualHost host, params string[] arguments) =>
        BridgeCommand.RunAsync(BridgeQueue.BridgeEnvironment(host.Uri), ["audit", .. arguments]);

    private static Task UntilArrivedAsync(VirtualHost host, int messages) =>
        Eventually.TrueAsync(async () => await host.CountAsync(Tap) == messages, Patience);

    private static async Task PutAsync(BridgeQueue queue, params byte[][] texts)
    {
        foreach (var (name, value) in FauxqsServer.Credentials)
            Environment.SetEnvironmentVariable(name, value);
        Assert.True(QueueEndpoint.TryParse(queue.Url.ToString(), queue.Kind, queue.Connection, out var endpoint, out var error), error);
        await using var sender = QueueClients.OpenSender(endpoint);
        await sender.SendAsync([.. texts.Select(text => (ReadOnlyMemory<byte>)text)], CancellationToken.None);
    }
}
