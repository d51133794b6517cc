using System.Collections.Immutable;
using System.Net;
using Bridge.Tests.Publish;
using Harness.Components;

namespace Bridge.Tests.Commands;

/// <summary>Limits of the broker that keep a bridge from opening what it needs.</summary>
[Collection(CommandBroker.Name)]
public sealed class BrokerLimitTests(BrokerFixture broker, CloudsFixture clouds)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Too_few_channels_a_connection_are_named_with_the_number_needed()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var environment = await EnvironmentAsync(host, host.Uri);
        await broker.Server.EvaluateAsync("application:set_env(rabbit, channel_max, 4).");
        try
        {
            await AssertCheckFailsAsync(environment, "channel_max", "4 channels", "needs 9");
            (await BridgeCommand.RunAsync(environment.SetItem("Bridge__Assemble__Partitions", "3"), "check"))
                .EnsureSuccess("bridge check");
        }
        finally
        {
            await broker.Server.EvaluateAsync("application:set_env(rabbit, channel_max, 2047).");
        }
    }

    [Fact]
    public async Task A_limit_of_connections_of_the_virtual_host_is_named_and_waited_for()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await broker.Server.ControlAsync(["set_vhost_limits", "-p", host.Name, """{"max-connections": 4}"""]);
        await AssertNamedAndWaitedForAsync(
            await EnvironmentAsync(host, host.Uri),
            ["limit (4)", "5 connections"],
            () => broker.Server.ControlAsync(["clear_vhost_limits", "-p", host.Name]));
    }

    [Theory]
    [InlineData("""{"max-connections": 3}""", "limit (3)", "5 connections")]
    [InlineData("""{"max-channels": 6}""", "limit of (6)", "13 channels")]
    public async Task A_limit_of_the_user_is_named_and_waited_for(string limits, string limit, string needed)
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var user = $"limited-{host.Name}";
        await broker.Server.ControlAsync(["add_user", user, "pw"]);
        await broker.Server.ControlAsync(["set_permissions", "-p", host.Name, user, ".*", ".*", ".*"]);
        await broker.Server.ControlAsync(["set_user_limits", user, limits]);
        await AssertNamedAndWaitedForAsync(
            await EnvironmentAsync(host, new UriBuilder(host.Uri) { UserName = user, Password = "pw" }.Uri),
            [limit, needed],
            () => broker.Server.ControlAsync(["clear_user_limits", user, "all"]));
    }

    [Fact]
    public async Task A_broker_without_a_limit_of_frames_is_published_to()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "#");
        await broker.Server.EvaluateAsync("application:set_env(rabbit, frame_max, 0).");
        try
        {
            await using var running = await RunningPublisher.StartReadyAsync(Some.Options(host));
            for (var turn = 0; turn < 3; turn++)
                Assert.Empty(await running.PublishAsync(Some.Message($"id-{turn}", bytes: 300_000)));
        }
        finally
        {
            await broker.Server.EvaluateAsync("application:set_env(rabbit, frame_max, 131072).");
        }

        Assert.Equal(3u, await host.CountAsync("all"));
    }

    private static async Task AssertNamedAndWaitedForAsync(
        ImmutableDictionary<string, string> environment, string[] named, Func<Task> lift)
    {
        await AssertCheckFailsAsync(environment, named);
        await using var bridge = await BridgeProcess.StartAsync(environment, waitUntilReady: false);
        await Eventually.TrueAsync(async () => Array.TrueForAll(named, (await ReasonAsync(bridge)).Contains), Patience);

        await lift();

        await bridge.WaitUntilReadyAsync(Patience);
    }

    private static async Task AssertCheckFailsAsync(ImmutableDictionary<string, string> environment, params string[] named)
    {
        var result = await BridgeCommand.RunAsync(environment, "check");
        Assert.Equal(1, result.ExitCode);
        var fault = Assert.Single(BridgeCommand.Lines(result.Output), line => line.StartsWith("FAIL", StringComparison.Ordinal));
        Assert.All(named, part => Assert.True(fault.Contains(part, StringComparison.Ordinal), $"'{part}' is not in: {fault}"));
        Assert.DoesNotContain("is missing, or its user may not use it", fault, StringComparison.Ordinal);
    }

    private async Task<ImmutableDictionary<string, string>> EnvironmentAsync(VirtualHost host, Uri uri)
    {
        Assert.NotNull(host.Name);
        return BridgeQueue.BridgeEnvironment(uri, await clouds.CreateAsync("sqs"));
    }

    private static async Task<string> ReasonAsync(BridgeProcess bridge)
    {
        try
        {
            using var http = new HttpClient { BaseAddress = bridge.Url };
            using var response = await http.GetAsync(new Uri("/readyz", UriKind.Relative));
            return response.StatusCode is HttpStatusCode.OK ? "" : await response.Content.ReadAsStringAsync();
        }
        catch (HttpRequestException)
        {
            // It is not up yet.
            return "";
        }
    }
}
