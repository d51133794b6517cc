using Harness.Components;
using Harness.Faults;
using Integration.Tests.EndToEnd;

namespace Integration.Tests.Security;

[Collection(RoadCollection.Name)]
public sealed class PermissionTests(RoadComponents components, ITestOutputHelper output)
{
    // As docs/permissions.md has them.
    private const string Nothing = "^$";
    private const string Write = @"^(amq\.default|telemetry)$";
    private const string ReadChunks = @"^telemetry\.chunks\.[0-9]+$";
    private const string ReadDead = @"^telemetry\.dead$";
    private const string OwnQueues = @"^telemetry\.(chunks\.[0-9]+|dead)$";

    [Theory]
    [InlineData(Nothing, Write, ReadChunks)]
    [InlineData(OwnQueues, Write, ReadChunks)]
    [InlineData(Nothing, Nothing, ReadDead)]
    public void The_regular_expressions_are_those_of_the_documentation(string configure, string write, string read)
    {
        var text = File.ReadAllText(Path.Combine(LocalFolders.Root, "docs", "permissions.md"));

        Assert.Contains($" '{configure}' '{write}' '{read}'\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_with_the_least_permissions_carries_small_and_chunked_events_once_the_queues_exist()
    {
        await using var road = await Road.LayAsync(components, output);
        var user = await UserAsync(road, Nothing, Write, ReadChunks);
        await MakeQueuesAsync(road, await UserAsync(road, OwnQueues, Write, ReadChunks));

        road.Settings = road.Settings.SetItem("Bridge__RabbitMq__Uri", user);
        await Task.WhenAll(road.StartBridgeAsync(), road.StartBridgeAsync());
        await road.SendSmallAndChunkedAsync(seed: 21);

        await road.UntilAllArrivedOnceAsync();

        // What cannot be read needs no permission more; looking at it needs another user.
        await road.Azure.PutAsync("neither event nor chunk");
        await road.DeadLetters.UntilAsync(1, TimeSpan.FromSeconds(30), road.Describe);
        Assert.Contains("telemetry.dead", (await road.RunAsync("dead", "list")).Errors, StringComparison.Ordinal);
        road.Settings = road.Settings.SetItem("Bridge__RabbitMq__Uri", await UserAsync(road, Nothing, Nothing, ReadDead));
        var replay = await road.RunAsync("dead", "replay");
        Assert.True(replay.ExitCode == 0, replay.Errors);
    }

    [Fact]
    public async Task A_user_who_may_not_write_to_the_exchange_is_told_so_by_check_and_by_run()
    {
        await using var road = await Road.LayAsync(components, output);
        road.Settings = road.Settings.SetItem(
            "Bridge__RabbitMq__Uri", await UserAsync(road, OwnQueues, @"^amq\.default$", ReadChunks));

        var check = await road.RunAsync("check");
        var run = await road.RunAsync("run");

        var line = Assert.Single(check.Output.Split('\n'), line => line.StartsWith("FAIL", StringComparison.Ordinal));
        Assert.Contains("write to exchange telemetry: 403 ACCESS_REFUSED", line, StringComparison.Ordinal);
        Assert.Equal((1, 1), (check.ExitCode, run.ExitCode));
        var error = Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("error: 403 ACCESS_REFUSED", error, StringComparison.Ordinal);
        Assert.Contains("exchange 'telemetry'", error, StringComparison.Ordinal);
        Assert.Contains("grant the user", error, StringComparison.Ordinal);
    }

    private static async Task MakeQueuesAsync(Road road, string maker)
    {
        var check = await BridgeProcess.RunBridgeAsync(
            ["check"], environment: road.Settings.SetItem("Bridge__RabbitMq__Uri", maker));
        Assert.True(check.ExitCode == 0, check.Output);
    }

    private async Task<string> UserAsync(Road road, string configure, string write, string read)
    {
        var name = $"user-{Guid.NewGuid().ToString("N")[..8]}";
        var host = road.Broker.AbsolutePath[1..];
        await components.RabbitMq.EvaluateAsync(
            $"ok=rabbit_auth_backend_internal:add_user(<<\"{name}\">>, <<\"pw\">>, <<\"local\">>), "
                + $"ok=rabbit_auth_backend_internal:set_permissions(<<\"{name}\">>, <<\"{host}\">>, "
                + $"{Binary(configure)}, {Binary(write)}, {Binary(read)}, <<\"local\">>).");
        return new UriBuilder(road.Broker) { UserName = name, Password = "pw" }.Uri.ToString();

        static string Binary(string text) => $"<<\"{text.Replace(@"\", @"\\", StringComparison.Ordinal)}\">>";
    }
}
