using System.Net;
using Bridge.Core.Publishing;
using Bridge.RabbitMq.Topology;
using Bridge.Tests.Publish;
using Bridge.Tests.Support;
using Harness.Components;

namespace Bridge.Tests.Commands;

/// <summary>The bridge's own queues are deleted while it runs.</summary>
[Collection(CommandBroker.Name)]
public sealed class OwnQueueTests(BrokerFixture broker, CloudsFixture clouds)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Deleted_queues_are_made_again_and_consumed_again()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await using var bridge = await BridgeProcess.StartAsync(
            BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs")));
        await Eventually.TrueAsync(async () => await host.ConsumersAsync(BridgeQueues.Chunks(7)) > 0, Patience);

        await host.DeleteQueuesAsync([BridgeQueues.Chunks(0), BridgeQueues.Chunks(7), BridgeQueues.Dead]);

        await Eventually.TrueAsync(async () => await host.ExistsAsync(BridgeQueues.Dead), Patience);
        foreach (var queue in (string[])[BridgeQueues.Chunks(0), BridgeQueues.Chunks(7)])
        {
            await Eventually.TrueAsync(
                async () => await host.ExistsAsync(queue) && await host.ConsumersAsync(queue) > 0, Patience);
        }

        await bridge.WaitUntilReadyAsync(Patience);
    }

    [Fact]
    public async Task Chunks_in_hand_are_kept_when_their_queue_is_deleted()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("all", "#");
        var queue = await clouds.CreateAsync("azure");
        await using var bridge = await BridgeProcess.StartAsync(BridgeQueue.BridgeEnvironment(host.Uri, queue));
        var random = new byte[200_000];
        new Random(1).NextBytes(random);
        var texts = Messages.Of(
            [$$"""{"style":"logs","service":"s","level":"info","blob":"{{Convert.ToBase64String(random)}}"}"""]);
        await BridgeCommand.PutAsync(queue, texts[..2]);
        await Eventually.TrueAsync(
            async () => await MetricAsync(bridge, "bridge_incomplete_batches") == 1
                && await MetricAsync(bridge, "bridge_chunks_forwarded_total") == 2,
            Patience);
        Assert.All(
            await Task.WhenAll(Enumerable.Range(0, 8).Select(number => host.CountAsync(BridgeQueues.Chunks(number)))),
            count => Assert.Equal(0u, count));

        await host.DeleteQueuesAsync(Enumerable.Range(0, 8).Select(BridgeQueues.Chunks));
        await BridgeCommand.PutAsync(queue, texts[2..]);

        await Eventually.HoldsAsync(
            async () => await host.CountAsync("all") == 1,
            Patience,
            () => Task.FromResult($"the event is missing; {bridge.Process.Tail()}"));
    }

    [Theory]
    [InlineData("telemetry.dead")]
    [InlineData("telemetry.chunks.3")]
    public async Task A_bridge_that_cannot_make_a_deleted_queue_is_not_ready_and_says_so(string deleted)
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var queue = await clouds.CreateAsync("sqs");
        (await BridgeCommand.RunAsync(BridgeQueue.BridgeEnvironment(host.Uri, queue), "check")).EnsureSuccess("bridge check");
        var user = $"no-configure-{host.Name}";
        await broker.Server.ControlAsync(["add_user", user, "pw"]);
        await broker.Server.ControlAsync(["set_permissions", "-p", host.Name, user, "^$", ".*", ".*"]);
        await using var bridge = await BridgeProcess.StartAsync(
            BridgeQueue.BridgeEnvironment(new UriBuilder(host.Uri) { UserName = user, Password = "pw" }.Uri, queue));

        await host.DeleteQueuesAsync([deleted]);

        await Eventually.TrueAsync(
            async () => await NotReadyReasonAsync(bridge) is { } reason && reason.Contains(deleted, StringComparison.Ordinal),
            Patience);
        await host.OnChannelAsync(
            channel => channel.QueueDeclareAsync(deleted, true, false, false, BrokerTopology.ArgumentsOf(deleted)));
        await bridge.WaitUntilReadyAsync(Patience);
    }

    private static async Task<double> MetricAsync(BridgeProcess bridge, string name) => (await bridge.MetricsAsync())[name];

    private static async Task<string?> NotReadyReasonAsync(BridgeProcess bridge)
    {
        using var http = new HttpClient { BaseAddress = bridge.Url };
        using var response = await http.GetAsync(new Uri("/readyz", UriKind.Relative));
        return response.StatusCode is HttpStatusCode.ServiceUnavailable ? await response.Content.ReadAsStringAsync() : null;
    }
}
