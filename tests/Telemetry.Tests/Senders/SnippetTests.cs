using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Harness.Components;
using Telemetry.Tests.Aws;
using Telemetry.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Tests.Senders;

/// <summary>What docs/senders/README.md says to type and to write sends events, as it stands there.</summary>
[Trait("Lane", "full")]
public sealed partial class SnippetTests : IDisposable
{
    private const string Export = "export TELEMETRY_QUEUE=";

    private static readonly IReadOnlyList<(string Language, string Text)> Snippets =
        [
            .. Fence().Matches(File.ReadAllText(Script.PathOf("README.md"))).Select(match =>
                (match.Groups["language"].Value, Unindented(match.Groups["text"].Value, match.Groups["indent"].Length))),
        ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("senders");

    public SnippetTests()
    {
        foreach (var file in (string[])["post.py", "post.mjs", "wire.py", "wire.mjs"])
            File.Copy(Script.PathOf(file), Path.Combine(_folder.FullName, file));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_commands_send()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "events.jsonl"), "{\"a\":1}\n{\"a\":2}\n");
        var lines = Find("", Export).Split('\n').Where(line => !line.StartsWith(Export, StringComparison.Ordinal));

        Assert.Equal(
            ["""{"style":"logs","level":"info","service":"shop","message":"hello"}""", """{"a":1}""", """{"a":2}"""],
            await RunAsync(string.Join('\n', lines)));
    }

    [Fact]
    public async Task The_lines_for_a_function_in_Python_send()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, "main.py"), "events = [{'a': 1}, {'a': 2}]\n" + Find("python", "import post, wire"));

        Assert.Equal(["hello", "1", "2"], (await RunAsync("python3 main.py")).Select(Value));
    }

    [Theory]
    [InlineData("python", "handler.py", "python3 -c ", "hello from Python")]
    [InlineData("js", "handler.mjs", "node --input-type=module ", "hello from Node")]
    public async Task The_first_handler_sends_when_it_is_called_as_the_page_says(
        string language, string file, string call, string message)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, file), Find(language, "handler("));
        var command = Inline().Matches(await File.ReadAllTextAsync(Script.PathOf("README.md")))
            .Select(match => match.Groups["code"].Value)
            .Single(code => code.StartsWith(call, StringComparison.Ordinal));

        Assert.Equal([message], (await RunAsync(command)).Select(Value));
    }

    private static string Find(string language, string part) =>
        Snippets.Single(snippet => snippet.Language == language && snippet.Text.Contains(part, StringComparison.Ordinal)).Text;

    private static string Value(string json)
    {
        var members = JsonDocument.Parse(json).RootElement;
        return (members.TryGetProperty("message", out var message) ? message : members.GetProperty("a")).ToString();
    }

    private async Task<List<string>> RunAsync(string commands)
    {
        await using var sqs = await FakeSqs.StartAsync(_ => FakeSqsReply.Json("{}"));
        var environment = PostScriptTests.SqsEnvironment(sqs.Endpoint, token: null);
        environment["PATH"] = $"{Path.GetDirectoryName(LocalFolders.Node)}:{Environment.GetEnvironmentVariable("PATH")}";
        environment["PWD"] = _folder.FullName;
        var result = await ChildCommand.RunAsync(
            new ChildProcessStart("/bin/sh", "-e", "-c", commands)
            {
                WorkingDirectory = _folder.FullName,
                Environment = environment,
            });
        Assert.True(result.ExitCode == 0, result.Errors);

        using var receiver = new CodecReceiver(KeyRing.Empty, CodecLimits.Default);
        foreach (var request in sqs.Requests)
            receiver.Receive(Encoding.UTF8.GetBytes((string)request.Json["MessageBody"]!));
        Assert.Empty(receiver.Refusals);
        byte[][] events = [.. receiver.PlainEvents, .. receiver.Batches.SelectMany(batch => batch.Events)];
        Assert.All(events, json => Assert.Null(EventJson.Problem(json)));
        return [.. events.Select(Encoding.UTF8.GetString)];
    }

    private static string Unindented(string text, int indent) =>
        string.Join('\n', text.Split('\n').Select(line => line.Length >= indent ? line[indent..] : line));

    [GeneratedRegex(
        "^(?<indent> *)```(?<language>[a-z]*)\\n(?<text>.*?)^ *```$",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        1_000)]
    private static partial Regex Fence();

    [GeneratedRegex("`(?<code>[^`\\n]+)`", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Inline();
}
