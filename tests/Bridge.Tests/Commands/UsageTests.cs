namespace Bridge.Tests.Commands;

/// <summary>What a person sees who types something wrong, or asks for help.</summary>
public sealed class UsageTests
{
    private const string Secret = "4Hd8kS0dJc1sT2vX6yZ8aB0cD2eF4gH6iJ8kL0mN2oQ=";

    [Theory]
    [InlineData("chek", "chek")]
    [InlineData("check now", "now")]
    [InlineData("send", "--queue")]
    [InlineData("send --queue", "--queue")]
    [InlineData("send --queue nonsense", "'nonsense' is no queue address")]
    [InlineData("send --queue http://127.0.0.1:1/queue", "set the kind to azure or sqs")]
    [InlineData("send --queue http://127.0.0.1:1/queue --kind gcp", "gcp")]
    [InlineData("send --queue http://127.0.0.1:1/q --kind sqs --connection AccountName=a", "only Azure takes one")]
    [InlineData("dead", "command")]
    [InlineData("dead bury", "bury")]
    [InlineData("dead list --reason bored", "bored")]
    [InlineData("dead list --limit -1", "--limit is -1: give 0 or more")]
    [InlineData("dead list --limit many", "many")]
    [InlineData("dead replay --queue nonsense", "'nonsense' is no queue address")]
    public async Task What_cannot_be_understood_is_named_and_ends_with_2(string arguments, string named)
    {
        var result = await BridgeCommand.RunAsync(arguments.Split(' '));

        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains(named, result.Errors, StringComparison.Ordinal);
        Assert.StartsWith("error: ", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("send", "--queue", "http://127.0.0.1:1/q", "--kind", "sqs", "--keey", $"k1:{Secret}")]
    [InlineData("send", "--queue", "http://127.0.0.1:1/q", "--kind", "sqs", $"--keey=k1:{Secret}")]
    [InlineData("send", "--queue", "http://127.0.0.1:1/q", "--kind", "sqs", "--key", $"k1-{Secret}")]
    [InlineData("send", "--queue", "http://127.0.0.1:1/q", "--kind", "sqs", "--key", $"k1:{Secret}{Secret}")]
    [InlineData("send", "--queue", $"http://127.0.0.1:1/q?sig={Secret}", "--kind", "azure")]
    [InlineData("send", "--queue", "http://127.0.0.1:1/q", "--kind", "sqs", "--connection", $"AccountKey={Secret}")]
    [InlineData("check", $"AccountKey={Secret}")]
    [InlineData("check", Secret)]
    public async Task A_secret_in_the_wrong_place_is_not_repeated(params string[] arguments)
    {
        var result = await BridgeCommand.RunAsync(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.DoesNotContain(Secret, result.Errors + result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Bridge__RabbitMq__Uri")]
    [InlineData("run", "bridge check")]
    [InlineData("check", "missing")]
    [InlineData("probe", "--ready")]
    [InlineData("send", "TELEMETRY_QUEUE_CONNECTION")]
    [InlineData("inspect", "TELEMETRY_KEY")]
    [InlineData("dead", "telemetry.dead")]
    [InlineData("dead list", "bridge dead list --reason")]
    [InlineData("dead export", "--output")]
    [InlineData("dead replay", "--dry-run")]
    public async Task Help_explains_each_command(string command, string said)
    {
        var result = await BridgeCommand.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Errors);
        Assert.Contains("Usage:", result.Output, StringComparison.Ordinal);
        Assert.Contains(said, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_is_the_assembly_s()
    {
        var result = await BridgeCommand.RunAsync("--version");

        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+(-[0-9a-z.]+)?(\+[0-9a-f]+)?\n$", result.Output);
    }

    [Fact]
    public async Task A_file_that_is_missing_is_named()
    {
        var result = await BridgeCommand.RunAsync("inspect", "/no/such/file");

        Assert.Contains("/no/such/file", BridgeCommand.OnlyError(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_in_the_environment_that_is_none_fails_without_being_repeated()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["TELEMETRY_KEY"] = $"k1:{Secret}{Secret}" };

        var result = await BridgeCommand.RunAsync(environment, "inspect");

        var error = BridgeCommand.OnlyError(result);
        Assert.StartsWith("error: TELEMETRY_KEY: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error, StringComparison.Ordinal);
    }
}
