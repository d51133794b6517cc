using System.Buffers;
using System.Text;
using Bridge.Tests.Publish;
using Harness.Components;
using Telemetry.Wire;

namespace Bridge.Tests.Commands;

/// <summary>What <c>bridge send</c> leaves in a queue.</summary>
[Trait("Lane", "full")]
public sealed class SendCommandTests(CloudsFixture clouds) : IClassFixture<CloudsFixture>
{
    private const string Key = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    [Theory]
    [InlineData("azure", null)]
    [InlineData("sqs", null)]
    [InlineData("sqs", Key)]
    public async Task Every_line_arrives_in_order_and_byte_for_byte(string kind, string? key)
    {
        var queue = await clouds.CreateAsync(kind);
        var events = Enumerable.Range(0, 5_000).Select(number => $$"""{ "number" : {{number}}, "text":"größer\u0000"}""").ToList();

        var result = await SendAsync(queue, string.Join("\r\n\n", events), key);

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Empty(result.Errors);
        var messages = await BridgeCommand.DrainAsync(queue);
        Assert.Equal($"sent 5000 events in {messages.Count} messages to {queue.Url}\n", result.Output);
        Assert.Equal(events, Open(messages.Select(message => message.Text), key));
    }

    [Fact]
    public async Task An_event_larger_than_a_message_arrives_whole()
    {
        var queue = await clouds.CreateAsync("azure");
        var random = new byte[300_000];
        new Random(1).NextBytes(random);
        var large = $$"""{"blob":"{{Convert.ToBase64String(random)}}"}""";

        var result = await SendAsync(queue, $"{{\"first\":1}}\n{large}\n");

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Equal(["{\"first\":1}", large], Open((await BridgeCommand.DrainAsync(queue)).Select(message => message.Text), key: null));
    }

    [Fact]
    public async Task A_file_larger_than_what_may_wait_in_memory_is_sent_whole()
    {
        var queue = await clouds.CreateAsync("sqs");
        using var folder = new TemporaryFolder();
        var file = folder.File("events.jsonl");
        await using (var writer = new StreamWriter(file))
        {
            for (var number = 0; number < 120_000; number++)
                await writer.WriteAsync($$"""{"number":{{number}},"text":"{{new string('x', 1_000)}}"}""" + "\n");
        }

        var result = await BridgeCommand.RunAsync(queue.SenderEnvironment(), "send", "--queue", queue.Url.ToString(), "--kind", "sqs", file);

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.StartsWith("sent 120000 events in ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_that_are_no_objects_are_named_and_the_others_sent()
    {
        var queue = await clouds.CreateAsync("sqs");

        var result = await SendAsync(queue, "{\"a\":1}\n[\"secret\"]\n{\"b\":2}\nsecret {\n{\"secret\":\n");

        Assert.Equal(1, result.ExitCode);
        var errors = BridgeCommand.Lines(result.Errors);
        Assert.Equal(3, errors.Length);
        Assert.StartsWith("error: line 2: ", errors[0], StringComparison.Ordinal);
        Assert.StartsWith("error: line 4: ", errors[1], StringComparison.Ordinal);
        Assert.StartsWith("error: line 5: ", errors[2], StringComparison.Ordinal);
        Assert.DoesNotContain("secret", result.Errors, StringComparison.Ordinal);
        Assert.Equal($"sent 2 events in 1 messages to {queue.Url}\n", result.Output);
        Assert.Equal(["{\"a\":1}", "{\"b\":2}"], Open((await BridgeCommand.DrainAsync(queue)).Select(message => message.Text), key: null));
    }

    [Theory]
    [InlineData("azure")]
    [InlineData("sqs")]
    public async Task A_missing_queue_fails_soon_and_says_so(string kind)
    {
        var queue = await clouds.CreateAsync(kind);
        var missing = queue with { Url = new Uri($"{queue.Url}-missing") };

        var result = await SendAsync(missing, "{\"a\":1}\n{\"b\":2}\n");

        Assert.Equal(1, result.ExitCode);
        var errors = BridgeCommand.Lines(result.Errors);
        Assert.Equal(2, errors.Length);
        Assert.Contains($"{missing.Url.AbsolutePath} failed", errors[0], StringComparison.Ordinal);
        Assert.Equal($"error: 2 events were not accepted by {missing.Url}", errors[1]);
        Assert.StartsWith("sent 0 events in 0 messages", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_ends_a_stream_without_end_and_what_was_read_is_sent()
    {
        var queue = await clouds.CreateAsync("sqs");
        using var folder = new TemporaryFolder();
        var pipe = folder.File("pipe");
        var send = $"{BuiltProgram.Path("bridge", "bridge")} send --queue {queue.Url} --kind sqs";
        var command = $"mkfifo {pipe}; exec 3<>{pipe}; echo '{{\"a\":1}}' >&3; exec {send} <&3";
        await using var bridge = await ChildProcess.StartAsync(
            new ChildProcessStart("/bin/bash", "-c", command) { Environment = queue.SenderEnvironment() });
        var arrived = new List<ReadOnlyMemory<byte>>();
        await Eventually.TrueAsync(
            async () =>
            {
                arrived.AddRange((await BridgeCommand.DrainAsync(queue)).Select(message => message.Text));
                return arrived.Count > 0;
            },
            TimeSpan.FromSeconds(30));

        bridge.SendSignal(Signal.Interrupt);

        Assert.Equal(1, await bridge.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(["{\"a\":1}"], Open(arrived, key: null));
        await bridge.WaitForLineAsync(line => line == $"sent 1 events in 1 messages to {queue.Url}", TimeSpan.FromSeconds(5));
        await bridge.WaitForLineAsync(line => line == "error: ended by a signal before it was done", TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task No_line_at_all_is_no_failure()
    {
        var result = await SendAsync(await clouds.CreateAsync("sqs"), "\n\n");

        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("sent 0 events", result.Output, StringComparison.Ordinal);
    }

    private static Task<CommandResult> SendAsync(BridgeQueue queue, string lines, string? key = null) =>
        BridgeProcess.RunBridgeAsync(
            ["send", "--queue", queue.Url.ToString(), "--kind", queue.Kind!, .. key is null ? Array.Empty<string>() : ["--key", key]],
            lines,
            queue.SenderEnvironment());

    // The events of the messages, the batches in the order of their sequence.
    private static List<string> Open(IEnumerable<ReadOnlyMemory<byte>> texts, string? key)
    {
        var opener = new BatchOpener(key is null ? KeyRing.Empty : new KeyRing(MasterKey.Parse(key)), CodecLimits.Default);
        var batches = texts.Select(text => MessageText.Decode(text.Span, CodecLimits.Default))
            .GroupBy(message => message.Header!.Value.Batch)
            .OrderBy(batch => batch.Key.Sequence);
        var events = new List<string>();
        foreach (var batch in batches)
        {
            var chunks = batch.OrderBy(message => message.Header!.Value.Index).ToList();
            var sealedBatch = chunks.SelectMany(chunk => chunk.Slice.ToArray()).ToArray();
            Assert.Null(opener.Open(chunks[0].Header!.Value, new ReadOnlySequence<byte>(sealedBatch), out var opened));
            events.AddRange(Encoding.UTF8.GetString(opened!.Lines.Span).Split('\n')[..^1]);
        }

        return events;
    }
}
