using System.Runtime.Versioning;
using Harness.Components;
using Harness.Faults;
using Integration.Tests.EndToEnd;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Integration.Tests.Security;

/// <summary>The locked-down broker of <c>infra/rabbitmq</c>, imported into a real one.</summary>
[Collection(RoadCollection.Name)]
public sealed class DefinitionsTests(RoadComponents components, ITestOutputHelper output)
{
    private const string Bridge = "bridge";
    private const string Operator = "operator";
    private const string Consumer = "consumer";

    [Fact]
    public async Task As_they_are_committed_they_load_and_nobody_can_log_in()
    {
        await components.RabbitMq.ControlAsync(["import_definitions", DefinedBroker.Committed]);

        foreach (var user in await DefinedBroker.UsersAsync())
        {
            foreach (var password in (string[])["", user, "guest"])
            {
                var factory = new ConnectionFactory
                {
                    Uri = new Uri(components.RabbitMq.Uri, "telemetry"),
                    UserName = user,
                    Password = password,
                };
                await Assert.ThrowsAsync<BrokerUnreachableException>(() => factory.CreateConnectionAsync());
            }
        }
    }

    [Fact]
    public async Task The_bridge_finds_everything_in_a_broker_that_had_nothing()
    {
        await using var road = await Road.LayAsync(components, output);
        var defined = await DefinedBroker.ImportAsync(components.RabbitMq, $"defined-{Guid.NewGuid():N}");
        road.Settings = road.Settings.SetItem("Bridge__RabbitMq__Uri", defined.As(Bridge).ToString());

        var check = await road.RunAsync("check");

        Assert.True(check.ExitCode == 0, check.Output);
        Assert.Contains("read from queue telemetry.chunks.7\n", check.Output, StringComparison.Ordinal);
        Assert.Contains("queue telemetry.dead\n", check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queues_have_the_arguments_that_the_bridge_would_give_them()
    {
        await using var road = await Road.LayAsync(components, output);
        (await road.RunAsync("check")).EnsureSuccess("bridge check");
        var host = $"defined-{Guid.NewGuid():N}";
        await DefinedBroker.ImportAsync(components.RabbitMq, host);

        var (created, defined) = (await QueuesAsync(road.Broker.AbsolutePath[1..]), await QueuesAsync(host));

        Assert.Equal(9, created.Count);
        Assert.Equal(created, defined.Where(line => !line.StartsWith("telemetry.events\t", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_policy_for_all_queues_does_not_reach_the_bridge_s_own()
    {
        var host = $"defined-{Guid.NewGuid():N}";
        await DefinedBroker.ImportAsync(components.RabbitMq, host);

        await components.RabbitMq.ControlAsync(
            [
                "set_policy", "-p", host, "company", ".*", """{"message-ttl":1000,"max-length":10,"expires":60000}""",
                "--priority", "999999", "--apply-to", "queues",
            ]);

        var lines = await components.RabbitMq.ControlAsync(["list_queues", "-p", host, "--no-table-headers", "name", "policy"]);
        var queues = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ToLookup(line => line.StartsWith("telemetry.events\t", StringComparison.Ordinal));
        Assert.Contains("company", Assert.Single(queues[true]), StringComparison.Ordinal);
        Assert.Equal(9, queues[false].Count());
        Assert.All(queues[false], line => Assert.EndsWith("\ttelemetry-own-queues", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_bridge_s_user_carries_events_and_the_consumer_s_user_reads_them()
    {
        await using var road = await Road.LayAsync(components, output);
        var defined = await DefinedBroker.ImportAsync(components.RabbitMq, road.Broker.AbsolutePath[1..]);
        road.Settings = road.Settings.SetItem("Bridge__RabbitMq__Uri", defined.As(Bridge).ToString());
        await Task.WhenAll(road.StartBridgeAsync(), road.StartBridgeAsync());
        await road.SendSmallAndChunkedAsync(seed: 33);

        await road.UntilAllArrivedOnceAsync();

        await defined.AssertAllowedAsync(Consumer, "read the events", async channel =>
        {
            for (var i = 0; i < road.Ledger.Expected; i++)
                Assert.NotNull(await channel.BasicGetAsync("telemetry.events", autoAck: true));
        });
    }

    [Fact]
    public async Task The_operator_s_user_handles_dead_letters_and_audits()
    {
        await using var road = await Road.LayAsync(components, output);
        var defined = await DefinedBroker.ImportAsync(components.RabbitMq, road.Broker.AbsolutePath[1..]);
        road.Settings = road.Settings.SetItem("Bridge__RabbitMq__Uri", defined.As(Bridge).ToString());
        await road.StartBridgeAsync();
        await road.Azure.PutAsync("neither event nor chunk");
        await road.DeadLetters.UntilAsync(1, TimeSpan.FromSeconds(30), road.Describe);

        road.Settings = road.Settings.SetItem("Bridge__RabbitMq__Uri", defined.As(Operator).ToString());
        var list = await road.RunAsync("dead", "list");
        var replay = await road.RunAsync("dead", "replay");
        var audit = await road.RunAsync("audit", "--for", "00:00:01", "--warm-up", "00:00:01", "--dead");

        Assert.Contains("malformed", list.EnsureSuccess("dead list").Output, StringComparison.Ordinal);
        replay.EnsureSuccess("dead replay");
        audit.EnsureSuccess("audit");
    }

    [Fact]
    public async Task Nobody_may_do_more()
    {
        var defined = await DefinedBroker.ImportAsync(components.RabbitMq, $"defined-{Guid.NewGuid():N}");

        foreach (var user in await DefinedBroker.UsersAsync())
        {
            await defined.AssertRefusedAsync(user, "delete the exchange", channel => channel.ExchangeDeleteAsync("telemetry"));
            await defined.AssertRefusedAsync(
                user, "declare an exchange", channel => channel.ExchangeDeclareAsync("mine", ExchangeType.Topic));
            await defined.AssertRefusedAsync(user, "declare a queue", channel => channel.QueueDeclareAsync("mine"));
            await defined.AssertRefusedAsync(
                user, "delete a chunk queue", channel => channel.QueueDeleteAsync("telemetry.chunks.0"));
            await defined.AssertRefusedAsync(
                user, "delete the dead letters", channel => channel.QueueDeleteAsync("telemetry.dead"));
            await defined.AssertRefusedAsync(
                user, "bind a queue elsewhere", channel => channel.QueueBindAsync("telemetry.events", "amq.fanout", ""));
            await defined.AssertRefusedAsync(user, "write to another exchange", channel => PublishAsync(channel, "amq.topic"));
            if (user is not Consumer)
            {
                await defined.AssertRefusedAsync(
                    user, "read the company's queue", channel => channel.BasicGetAsync("telemetry.events", autoAck: true));
            }

            if (user is not Operator)
            {
                await defined.AssertRefusedAsync(
                    user, "read dead letters", channel => channel.BasicGetAsync("telemetry.dead", autoAck: true));
            }

            if (user is not Bridge)
            {
                await defined.AssertRefusedAsync(
                    user, "read chunks", channel => channel.BasicGetAsync("telemetry.chunks.0", autoAck: true));
            }
        }

        await defined.AssertRefusedAsync(Consumer, "write to the exchange", channel => PublishAsync(channel, "telemetry"));
        await defined.AssertRefusedAsync(
            Bridge, "purge a chunk queue's neighbour", channel => channel.QueuePurgeAsync("telemetry.events"));
        await defined.AssertRefusedAsync(Operator, "write past the exchange", channel => PublishAsync(channel, ""));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task Passwords_are_made_once_and_only_their_owner_may_read_them()
    {
        var folder = LocalFolders.NewRunFolder("definitions");
        try
        {
            (await DefinedBroker.DefineAsync(folder)).EnsureSuccess("infra/rabbitmq/define");
            var again = await DefinedBroker.DefineAsync(folder);

            Assert.Equal(1, again.ExitCode);
            Assert.Contains("is there already", again.Errors, StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "passwords")));
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "definitions.json")));
        }
        finally
        {
            LocalFolders.RemoveRunFolder(folder);
        }
    }

    private static async Task PublishAsync(IChannel channel, string exchange) =>
        await channel.BasicPublishAsync(exchange, "telemetry.events", ReadOnlyMemory<byte>.Empty);

    private async Task<List<string>> QueuesAsync(string host)
    {
        var lines = await components.RabbitMq.ControlAsync(
            ["list_queues", "-p", host, "--no-table-headers", "name", "durable", "arguments"]);
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line.StartsWith("telemetry.", StringComparison.Ordinal))
            .Select(Sorted)
            .Order(StringComparer.Ordinal)];

        // The arguments come in no particular order.
        static string Sorted(string line) => line.Split('\t') is [var name, var durable, var arguments]
            ? $"{name}\t{durable}\t{string.Join(',', Pairs(arguments).Order(StringComparer.Ordinal))}"
            : line;

        static IEnumerable<string> Pairs(string arguments) =>
            arguments.Trim('[', ']').Split("},{").Select(pair => pair.Trim('{', '}'));
    }
}
