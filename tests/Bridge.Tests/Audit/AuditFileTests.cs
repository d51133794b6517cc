using System.Text.Json;
using Bridge.Tests.Commands;

namespace Bridge.Tests.Audit;

/// <summary><c>bridge audit</c> without a broker: from a file, and what cannot be understood.</summary>
public sealed class AuditFileTests
{
    private const string Sender = "0190f3a1b2c3001122334455";

    [Fact]
    public async Task A_file_without_gaps_ends_with_0()
    {
        using var folder = new TemporaryFolder();
        await folder.WriteAsync("seen.jsonl", string.Join('\n', Line(0, 0, 2), Line(0, 1, 2), Line(1, 0, 1), """{"message_id":"plain"}"""));

        var result = await BridgeCommand.RunAsync("audit", "--file", folder.File("seen.jsonl"));

        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Equal("nothing is missing", BridgeCommand.Lines(result.Output)[^1]);
    }

    [Fact]
    public async Task What_is_missing_is_named_in_text_and_in_JSON()
    {
        using var folder = new TemporaryFolder();
        await folder.WriteAsync("seen.jsonl", string.Join('\n', Line(0, 0, 1), Line(2, 0, 3), Line(2, 2, 3), Line(6, 0, 1), Line(6, 0, 1)));

        var text = await BridgeCommand.RunAsync("audit", "--file", folder.File("seen.jsonl"));
        var json = await BridgeCommand.RunAsync("audit", "--file", folder.File("seen.jsonl"), "--json");

        Assert.Equal((1, 1), (text.ExitCode, json.ExitCode));
        Assert.Equal(["error: missing batches: 4", "error: missing events of batches that came in part: 1"], BridgeCommand.Lines(text.Errors));
        Assert.Equal(
            ["  batch 1 is missing", "  batches 3-5 are missing: 3", "  batch 2 lacks 1 of its 3 events: 1"], BridgeCommand.Lines(text.Output)[2..5]);
        Assert.Contains("duplicates 1 (1 identical", text.Output, StringComparison.Ordinal);
        var report = JsonDocument.Parse(json.Output).RootElement;
        Assert.False(report.GetProperty("complete").GetBoolean());
        var sender = Assert.Single(report.GetProperty("senders").EnumerateArray());
        Assert.Equal(Sender, sender.GetProperty("sender").GetString());
        Assert.Equal([(1, 1), (3, 5)], sender.GetProperty("missing").EnumerateArray().Select(range => (range.GetProperty("first").GetInt32(), range.GetProperty("last").GetInt32())));
    }

    [Theory]
    [InlineData("""{"message_id":"a-0","x-telemetry-events":1}""")]
    [InlineData("""{"message_id":"nonsense-0-00000000000000ff-0","x-telemetry-events":1}""")]
    [InlineData("""{"message_id":"0190f3a1b2c3001122334455-0-00000000000000ff-1","x-telemetry-events":1}""")]
    [InlineData("""{"message_id":"0190f3a1b2c3001122334455--1-00000000000000ff-0","x-telemetry-events":1}""")]
    [InlineData("""{"message_id":"0190f3a1b2c3001122334455-4294967296-00000000000000ff-0","x-telemetry-events":1}""")]
    [InlineData("""{"message_id":"0190f3a1b2c3001122334455-0-00000000000000ff-0","x-telemetry-events":{}}""")]
    [InlineData("""{"x-telemetry-events":""}""")]
    [InlineData("""{"message_id":"\ud800","x-telemetry-events":1,"\ud800":2}""")]
    [InlineData("no JSON")]
    public async Task Headers_that_make_no_sense_are_no_success(string line)
    {
        using var folder = new TemporaryFolder();
        await folder.WriteAsync("seen.jsonl", line);

        var result = await BridgeCommand.RunAsync("audit", "--file", folder.File("seen.jsonl"));

        Assert.Matches("contradict each other: 1|line 1: no JSON object", BridgeCommand.OnlyError(result));
    }

    [Theory]
    [InlineData("audit", "give one of --from QUEUE, --for TIME and --file FILE")]
    [InlineData("audit --from q --file f", "give one of")]
    [InlineData("audit --file f --consume", "--consume goes with --from")]
    [InlineData("audit --file f --wait 00:00:01", "--wait goes with --for")]
    [InlineData("audit --for 00:00:00", "--for is out of range")]
    [InlineData("audit --for 90s", "--for is no time: give HH:MM:SS, such as 00:01:30")]
    [InlineData("audit --for 5", "--for is no time")]
    [InlineData("audit --for 00:00:01 --wait 1.5", "--wait is no time")]
    [InlineData("audit --file f --max-bytes 5", "--max-bytes goes with --from")]
    [InlineData("audit --from q --max-bytes 0", "--max-bytes is 0: give 1 or more")]
    [InlineData("audit --for 00:00:01 --from-zero", "--from-zero does not go with --for")]
    [InlineData("audit --from q --uri http://127.0.0.1/", "--uri")]
    public async Task What_cannot_be_understood_is_named_and_ends_with_2(string arguments, string named)
    {
        var result = await BridgeCommand.RunAsync(arguments.Split(' '));

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(named, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_says_what_cannot_be_seen()
    {
        var result = await BridgeCommand.RunAsync("audit", "--help");

        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Contains("after the last batch that was seen cannot be found", result.Output, StringComparison.Ordinal);
    }

    private static string Line(int sequence, int ordinal, int events) =>
        $$"""{"message_id":"{{Sender}}-{{sequence}}-00000000000000ff-{{ordinal}}","x-telemetry-events":{{events}},"body_sha256":"00000000000000aa"}""";
}
