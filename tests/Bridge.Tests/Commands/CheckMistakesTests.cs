using System.Collections.Immutable;
using Bridge.Core.Publishing;
using Bridge.RabbitMq.Topology;
using Bridge.Tests.Publish;
using Harness.Components;
using RabbitMQ.Client;

namespace Bridge.Tests.Commands;

/// <summary>The mistakes that docs/operations.md describes, planted: <c>bridge check</c> names each in one line with the remedy.</summary>
[Collection(CommandBroker.Name)]
public sealed class CheckMistakesTests(BrokerFixture broker, CloudsFixture clouds)
{
    [Fact]
    public async Task Chunk_queues_that_are_shared_by_several_consumers()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var arguments = BrokerTopology.ArgumentsOf("telemetry.chunks.3");
        arguments.Remove("x-single-active-consumer");
        await host.BindQueueAsync("telemetry.chunks.3", "none", arguments);

        await AssertFailsAsync(await EnvironmentAsync(host), "x-single-active-consumer", "let the bridge make it anew");
    }

    [Fact]
    public async Task Queues_of_an_earlier_version_that_a_policy_could_empty()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        foreach (var queue in Enumerable.Range(0, 8).Select(BridgeQueues.Chunks).Append(BridgeQueues.Dead))
        {
            var arguments = BrokerTopology.ArgumentsOf(queue);
            if (queue is "telemetry.dead")
                arguments.Remove("x-overflow");
            await host.BindQueueAsync(queue, "none", arguments);
        }

        await AssertWarnsAsync(await EnvironmentAsync(host), "telemetry.dead", "x-overflow");
    }

    [Fact]
    public async Task A_dead_letter_queue_that_is_not_replicated()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("telemetry.dead", "none");

        await AssertFailsAsync(await EnvironmentAsync(host), "telemetry.dead", "let the bridge make it anew");
    }

    [Fact]
    public async Task Fewer_partitions_while_chunks_wait_in_the_others()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        foreach (var partition in Enumerable.Range(0, 8))
            await host.BindQueueAsync(BridgeQueues.Chunks(partition), "none", BrokerTopology.ArgumentsOf(BridgeQueues.Chunks(partition)));
        await host.OnChannelAsync(channel => channel.BasicPublishAsync("", BridgeQueues.Chunks(4), new byte[10]).AsTask());
        await Eventually.TrueAsync(async () => await host.CountAsync(BridgeQueues.Chunks(4)) == 1);

        await AssertFailsAsync(
            (await EnvironmentAsync(host)).SetItem("Bridge__Assemble__Partitions", "4"), "telemetry.chunks.4 holds 1 chunks", "until it is empty");
    }

    [Theory]
    [InlineData("12", "only the first 8 of 12")]
    [InlineData("4", "telemetry.chunks.4 has a consumer")]
    public async Task Another_number_of_partitions_than_other_replicas(string partitions, string named)
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var environment = await EnvironmentAsync(host);
        await using var other = await BridgeProcess.StartAsync(environment);
        await Eventually.TrueAsync(async () => await host.ConsumersAsync(BridgeQueues.Chunks(7)) > 0);

        await AssertFailsAsync(environment.SetItem("Bridge__Assemble__Partitions", partitions), named, "the same Bridge:Assemble:Partitions");
    }

    [Theory]
    [InlineData("RedrivePolicy", """{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:kept","maxReceiveCount":3}""", "away after 3 deliveries", "set maxReceiveCount")]
    [InlineData("MessageRetentionPeriod", "3600", "MessageRetentionPeriod is 3600 s", "set 345600")]
    [InlineData("DelaySeconds", "60", "DelaySeconds is 60", "set 0")]
    public async Task An_SQS_queue_that_loses_or_delays(string attribute, string value, string named, string remedy)
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await clouds.Aws.CreateQueueAsync("kept");
        var name = $"unwise-{attribute}";
        await clouds.Aws.CreateQueueAsync(name, attributes: new Dictionary<string, string>(StringComparer.Ordinal) { [attribute] = value });

        await AssertWarnsAsync(BridgeQueue.BridgeEnvironment(host.Uri, BridgeQueue.Of(clouds.Aws, name)), named, remedy);
    }

    [Fact]
    public async Task A_key_rotation_that_changes_nothing()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var key = Convert.ToBase64String(new byte[32]);

        var output = await AssertWarnsAsync(
            (await EnvironmentAsync(host)).SetItem("Bridge__Keys__2026", key).SetItem("Bridge__Keys__2027", key),
            "Bridge:Keys:2026 and Bridge:Keys:2027 are the same key",
            "32 random bytes");

        Assert.DoesNotContain(key, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_out_of_batches_that_a_dead_replica_exceeds()
    {
        await using var host = await broker.CreateVirtualHostAsync();

        await AssertWarnsAsync(
            (await EnvironmentAsync(host)).SetItem("Bridge__Receive__Lease", "00:10:00"), "Bridge:Receive:Lease 00:10:00", "at least twice the lease");
    }

    [Fact]
    public async Task Less_memory_than_the_settings_need()
    {
        await using var host = await broker.CreateVirtualHostAsync();

        await AssertWarnsAsync(
            (await EnvironmentAsync(host)).SetItem("DOTNET_GCHeapHardLimit", "0x8000000"), "may use 128 MiB and these settings need up to ", "raise the container's limit");
    }

    [Fact]
    public async Task A_collector_that_is_not_there()
    {
        await using var host = await broker.CreateVirtualHostAsync();

        await AssertWarnsAsync(
            (await EnvironmentAsync(host)).SetItem("Bridge__Otlp__Endpoint", "http://127.0.0.1:1"), "127.0.0.1:1 cannot be reached", "Bridge:Otlp:Endpoint");
    }

    [Fact]
    public async Task A_broker_whose_password_crosses_the_network_in_the_clear()
    {
        var environment = BridgeQueue.BridgeEnvironment(new Uri("amqp://bridge:hunter2@broker.invalid/"), await clouds.CreateAsync("sqs"));

        var result = await BridgeCommand.RunAsync(environment, "check");

        Assert.Contains("use amqps://", OnlyWarning(result.Output), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Output + result.Errors, StringComparison.Ordinal);
    }

    private async Task<ImmutableDictionary<string, string>> EnvironmentAsync(VirtualHost host) =>
        BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs"));

    private static async Task AssertFailsAsync(IReadOnlyDictionary<string, string> environment, string named, string remedy)
    {
        var result = await BridgeCommand.RunAsync(environment, "check");

        var fault = Assert.Single(BridgeCommand.Lines(result.Output), line => !line.StartsWith("ok   ", StringComparison.Ordinal));
        Assert.StartsWith("FAIL broker ", fault, StringComparison.Ordinal);
        Assert.Contains(named, fault, StringComparison.Ordinal);
        Assert.Contains(remedy, fault, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
    }

    private static async Task<string> AssertWarnsAsync(IReadOnlyDictionary<string, string> environment, string named, string remedy)
    {
        var result = await BridgeCommand.RunAsync(environment, "check");

        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        var warning = OnlyWarning(result.Output);
        Assert.Contains(named, warning, StringComparison.Ordinal);
        Assert.Contains(remedy, warning, StringComparison.Ordinal);
        return result.Output;
    }

    private static string OnlyWarning(string output) =>
        Assert.Single(BridgeCommand.Lines(output), line => line.StartsWith("WARN ", StringComparison.Ordinal));
}
