using System.Text;
using Bridge.Tests.Support;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge.Tests.Commands;

/// <summary>What <c>bridge inspect</c> shows of a queue message's text.</summary>
public sealed class InspectCommandTests
{
    private const string Key = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private const string OtherKey = "k1:BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    [Fact]
    public async Task A_whole_batch_is_its_header_and_its_lines()
    {
        var events = Enumerable.Range(0, 200).Select(number => Messages.Event(number)).ToList();

        var result = await InspectAsync(Text(Messages.Of(events, sequence: 7)));

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("version   1\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("flags     brotli\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("2023-11-14T22:13:20.000Z\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("sequence  7\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("chunk     1 of 1 (index 0)", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"\ndigest    [0-9a-f]{16}\n\n", result.Output);
        Assert.EndsWith($"\n\n{string.Join('\n', events)}\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_encrypted_batch_opens_with_its_key_from_option_or_environment()
    {
        var text = Text(Messages.Of([Messages.Event(1)], key: MasterKey.Parse(Key)));

        var byOption = await InspectAsync(text, "--key", Key);
        var byEnvironment = await Harness.Components.BridgeProcess.RunBridgeAsync(
            ["inspect"], text, new Dictionary<string, string>(StringComparer.Ordinal) { ["TELEMETRY_KEY"] = Key });

        Assert.Contains("flags     encrypted\n", byOption.Output, StringComparison.Ordinal);
        Assert.EndsWith($"\n\n{Messages.Event(1)}\n", byOption.Output, StringComparison.Ordinal);
        Assert.Equal(byOption, byEnvironment);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(OtherKey)]
    public async Task An_encrypted_batch_without_its_key_is_refused_with_the_reason(string? key)
    {
        var text = Text(Messages.Of([Messages.Event(1)], key: MasterKey.Parse(Key)));

        var result = await InspectAsync(text, key is null ? [] : ["--key", key]);

        Assert.StartsWith("error: message 1: undecryptable: ", BridgeCommand.OnlyError(result), StringComparison.Ordinal);
        Assert.Contains("sequence  0\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chunk_alone_is_its_header()
    {
        var chunks = LargeEvent(out _);

        var result = await InspectAsync(Encoding.UTF8.GetString(chunks[1]));

        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"chunk 2 of {chunks.Count}: lines need all chunks\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_chunks_in_any_order_are_put_together()
    {
        var chunks = LargeEvent(out var large);
        chunks.Reverse();

        var result = await InspectAsync(Text(chunks));

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.EndsWith($"\n\n{large}\n", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\":1}", "{\"a\":1}")]
    [InlineData("{\n  \"a\": 1\n}\n", "{\n  \"a\": 1\n}")]
    [InlineData("eyJhIjoxfQ==", "{\"a\":1}")]
    public async Task A_plain_event_is_shown_as_it_is(string text, string json)
    {
        var result = await InspectAsync(text);

        Assert.Equal($"plain event, {json.Length} bytes\n\n{json}\n", result.Output);
        Assert.Equal(0, result.ExitCode);
    }

    [Theory]
    [InlineData("nothing of the kind", "malformed")]
    [InlineData("VFECAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "unsupported")]
    public async Task A_refusal_says_reason_and_detail(string text, string reason)
    {
        var error = BridgeCommand.OnlyError(await InspectAsync(text));

        Assert.Matches($"^error: message 1: {reason}: .{{10,}}$", error);
    }

    [Fact]
    public async Task Events_that_the_bridge_would_refuse_are_shown_and_named()
    {
        var plain = await InspectAsync("\uFEFF{\"a\":tru\n");
        var batch = await InspectAsync(Text(Messages.Of([Messages.Event(1), "noise", "{\"service\":\"\\ud800\"}"])));

        Assert.Equal(
            "error: message 1: malformed: a plain message that is no JSON object: it goes wrong at byte 9, where it breaks off",
            BridgeCommand.OnlyError(plain));
        Assert.Equal("plain event, 8 bytes\n\n{\"a\":tru\n", plain.Output);
        Assert.Equal(
            "error: message 1: malformed: event 1 of its batch is no JSON object: it does not begin with {",
            BridgeCommand.OnlyError(batch));
        Assert.EndsWith($"{Messages.Event(1)}\nnoise\n{{\"service\":\"\\ud800\"}}\n", batch.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ping", "3 bytes in Base64 that are neither a JSON object nor a chunk")]
    [InlineData("aGVsbG8=", "5 bytes in Base64 that are neither a JSON object nor a chunk")]
    [InlineData("VFEBAAGa", "a chunk of 6 bytes, which breaks off within its header of 36")]
    [InlineData("ZXlKaElqb3hmUT09", "they look like Base64 once more; encode once")]
    [InlineData("[{\"a\":1}]", "a JSON array; send each event alone, or a batch")]
    [InlineData("\"eyJhIjoxfQ==\"", "a JSON string; send what is between the quotes")]
    [InlineData("eyJhIjoiPz8_In0=", "Base64 for URLs")]
    [InlineData("\uFEFFeyJhIjoxfQ==", "a byte order mark, which may stand before a JSON object alone")]
    public async Task A_text_of_another_kind_is_called_what_it_looks_like(string text, string detail) =>
        Assert.Contains(detail, BridgeCommand.OnlyError(await InspectAsync(text)), StringComparison.Ordinal);

    [Fact]
    public async Task One_refused_text_does_not_hide_the_others()
    {
        var result = await InspectAsync($"nonsense\n{Text(Messages.Of([Messages.Event(1)]))}");

        Assert.StartsWith("error: message 1: malformed", BridgeCommand.OnlyError(result), StringComparison.Ordinal);
        Assert.EndsWith($"{Messages.Event(1)}\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_input_is_refused()
    {
        Assert.Contains("an empty message", BridgeCommand.OnlyError(await InspectAsync("\n")), StringComparison.Ordinal);
    }

    private static List<byte[]> LargeEvent(out string json)
    {
        var random = new byte[3_000];
        new Random(1).NextBytes(random);
        json = $$"""{"blob":"{{Convert.ToBase64String(random)}}"}""";
        var chunks = Messages.Of([json], limits: new QueueLimits(1_024, 1, 1_024));
        Assert.True(chunks.Count > 3);
        return chunks;
    }

    private static string Text(List<byte[]> texts) => string.Join('\n', texts.Select(Encoding.UTF8.GetString)) + "\n";

    private static Task<Harness.Components.CommandResult> InspectAsync(string text, params IReadOnlyList<string> options) =>
        Harness.Components.BridgeProcess.RunBridgeAsync(["inspect", .. options], text);
}
