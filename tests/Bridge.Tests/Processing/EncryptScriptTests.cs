using System.Text;
using Bridge.Core.Processing.Encryption;
using Harness.Components;

namespace Bridge.Tests.Processing;

/// <summary>What docs/senders/encrypt.py and encrypt.mjs encrypt, the bridge opens.</summary>
public sealed class EncryptScriptTests
{
    private const string Python = "/usr/bin/python3";
    private const string Fernet = "fernet:" + EventOpenerTests.Fernet;
    private const string Aes = "aes-256-gcm:" + EventOpenerTests.Aes;

    // Every length of the last block.
    private static readonly string[] Events =
        [.. Enumerable.Range(0, 17).Select(length => $$"""{"a":"ž{{new string('x', length)}}"}""")];

    [Theory]
    [InlineData("encrypt.py", Fernet)]
    [InlineData("encrypt.py", Fernet, "-I", "-S")]
    [InlineData("encrypt.py", Aes)]
    [InlineData("encrypt.mjs", Fernet)]
    [InlineData("encrypt.mjs", Aes)]
    public async Task The_bridge_opens_what_they_encrypt(string script, string key, params string[] options)
    {
        var result = await RunAsync(script, $"1.0:{key}", options);

        Assert.True(result.ExitCode == 0, result.Errors);
        var opener = EventKeyOptions.CreateOpener(new Dictionary<string, string>(StringComparer.Ordinal) { ["1.0"] = key });
        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var opened = lines.Select(line => opener.Open(Encoding.UTF8.GetBytes(line))!.Value);
        Assert.Equal(Events, opened.Select(item => Encoding.UTF8.GetString(item.Json)));
        Assert.Equal(lines.Length, lines.Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("encrypt.py")]
    [InlineData("encrypt.mjs")]
    public async Task A_wrong_key_makes_them_fail_without_telling_it(string script)
    {
        string[] options = script.EndsWith(".py", StringComparison.Ordinal) ? ["-I", "-S"] : [];
        var result = await RunAsync(script, "1.0:fernet:c2hvcnQ=", options);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.DoesNotContain("c2hvcnQ", result.Errors, StringComparison.Ordinal);
    }

    private static Task<CommandResult> RunAsync(string script, string key, string[] options)
    {
        var path = Repository.PathOf("docs", "senders", script);
        var interpreter = script.EndsWith(".py", StringComparison.Ordinal) ? Python : LocalFolders.Node;
        return ChildCommand.RunAsync(
            new ChildProcessStart(interpreter, [.. options, path])
            {
                Name = script,
                Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["TELEMETRY_EVENT_KEY"] = key },
            },
            string.Join('\n', Events) + "\n");
    }
}
