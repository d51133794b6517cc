using Harness.Components;

namespace Bridge.Tests.Commands;

/// <summary>A configuration with errors: all of them at once, each with its value.</summary>
public sealed class ConfigurationTests
{
    private static readonly Dictionary<string, string> Wrong = new(StringComparer.Ordinal)
    {
        ["Bridge__Queues__0__Url"] = "http://127.0.0.1:9/queue",
        ["Bridge__Queues__1__Url"] = "ftp://127.0.0.1/queue",
        ["Bridge__Receive__Lease"] = "00:00:01",
        ["Bridge__Keys__k1"] = "c2hvcnQ=",
        ["Bridge__Assemble__Partitions"] = "0",
        ["Bridge__RabbitMq__Uri"] = "http://guest:hunter2@127.0.0.1/",
        ["Bridge__RabbitMq__Connections"] = "99",
        ["Bridge__Http__Url"] = "https://127.0.0.1:8080",
    };

    private static readonly string[] Named =
    [
        "'127.0.0.1' does not tell which cloud", "'ftp://127.0.0.1/queue'", "00:00:01", "Bridge:Keys:k1",
        "Partitions is 0", "'http://guest:***@127.0.0.1/'", "Connections is 99", "'https://127.0.0.1:8080'",
    ];

    [Fact]
    public async Task Running_lists_every_error_on_a_line_of_its_own()
    {
        var result = await BridgeCommand.RunAsync(Wrong, "run");

        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output);
        AssertEach(BridgeCommand.Lines(result.Errors), "error: ");
    }

    [Fact]
    public async Task Checking_lists_every_error_on_a_line_of_its_own()
    {
        var result = await BridgeCommand.RunAsync(Wrong, "check");

        Assert.Equal("error: 8 errors in the configuration", BridgeCommand.OnlyError(result));
        AssertEach(BridgeCommand.Lines(result.Output), "FAIL configuration: ");
    }

    [Fact]
    public async Task Without_any_configuration_the_first_step_is_told()
    {
        var result = await BridgeCommand.RunAsync([]);

        Assert.Contains("set Bridge__Queues__0__Url", BridgeCommand.OnlyError(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_that_is_none_is_named()
    {
        var result = await BridgeCommand.RunAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["Bridge__Assemble__Partitions"] = "many" }, "run");

        var error = BridgeCommand.OnlyError(result);
        Assert.Contains("Bridge:Assemble:Partitions", error, StringComparison.Ordinal);
        Assert.Contains("many", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bridge__Receive__Lease", "90s", "Bridge:Receive:Lease is '90s': give a time as HH:MM:SS, such as 00:01:30")]
    [InlineData(
        "Bridge__Assemble__Timeout",
        "10 minutes",
        "Bridge:Assemble:Timeout is '10 minutes': give a time as HH:MM:SS, such as 00:01:30")]
    [InlineData(
        "Bridge__Receive__MaxPolls", "eight", "Bridge:Receive:MaxPolls is 'eight': give a whole number, at most 2147483647")]
    [InlineData(
        "Bridge__Receive__MaxBytes",
        "6 MiB",
        "Bridge:Receive:MaxBytes is '6 MiB': give a whole number, at most 9223372036854775807")]
    [InlineData("Bridge__Otlp__TraceRatio", "1%", "Bridge:Otlp:TraceRatio is '1%': give a number such as 0.5")]
    [InlineData("Bridge__Http__StatusPage", "yes", "Bridge:Http:StatusPage is 'yes': give true or false")]
    [InlineData(
        "Bridge__RabbitMq__Connections",
        "amqp://user:hunter2@broker",
        "Bridge:RabbitMq:Connections is a text of 26 characters: give a whole number, at most 2147483647")]
    public async Task A_value_of_the_wrong_kind_is_told_with_the_right_one(string name, string value, string told)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value };

        Assert.Equal($"error: {told}", BridgeCommand.OnlyError(await BridgeCommand.RunAsync(environment, "run")));
    }

    [Fact]
    public async Task Every_value_of_the_wrong_kind_is_told()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Bridge__Receive__Lease"] = "90s",
            ["Bridge__Receive__MaxPolls"] = "many",
        };

        Assert.Equal(2, BridgeCommand.Lines((await BridgeCommand.RunAsync(environment, "run")).Errors).Length);
    }

    [Fact]
    public async Task A_file_in_the_working_directory_is_read_and_the_environment_comes_first()
    {
        using var folder = new TemporaryFolder();
        await folder.WriteAsync("appsettings.json", """{"Bridge":{"Assemble":{"Partitions":777},"Receive":{"MaxPolls":888}}}""");

        var result = await RunInAsync(folder, new Dictionary<string, string>(StringComparer.Ordinal) { ["Bridge__Receive__MaxPolls"] = "999" });

        Assert.Contains("Partitions is 777", result.Errors, StringComparison.Ordinal);
        Assert.Contains("MaxPolls is 999", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_JSON_fails_with_one_line_that_names_it()
    {
        using var folder = new TemporaryFolder();
        await folder.WriteAsync("appsettings.json", """{"Bridge":""");

        Assert.Contains("appsettings.json", BridgeCommand.OnlyError(await RunInAsync(folder, [])), StringComparison.Ordinal);
    }

    private static Task<CommandResult> RunInAsync(TemporaryFolder folder, Dictionary<string, string> environment) =>
        ChildCommand.RunAsync(new ChildProcessStart(BuiltProgram.Path("bridge", "bridge"), "run")
        {
            WorkingDirectory = folder.Path,
            Environment = environment,
        });

    private static void AssertEach(string[] lines, string prefix)
    {
        Assert.Equal(Named.Length, lines.Length);
        Assert.All(lines, line => Assert.StartsWith(prefix, line, StringComparison.Ordinal));
        Assert.All(Named, named => Assert.Single(lines, line => line.Contains(named, StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => line.Contains("hunter2", StringComparison.Ordinal) || line.Contains("c2hvcnQ", StringComparison.Ordinal));
    }
}
