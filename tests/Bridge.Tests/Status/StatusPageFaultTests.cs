using Bridge.Tests.Commands;
using Bridge.Tests.Publish;
using Harness.Components;
using static Bridge.Tests.Status.StatusPage;

namespace Bridge.Tests.Status;

/// <summary>What the status page says when something is wrong, seen with a browser.</summary>
[Collection(StatusBroker.Name)]
public sealed class StatusPageFaultTests(BrokerFixture broker, CloudsFixture clouds)
{
    [Fact]
    public async Task A_stopped_broker_is_told_within_five_seconds_in_plain_words()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await using var bridge = await BridgeProcess.StartAsync(BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs")));
        await using var chromium = await Chromium.StartAsync();
        await chromium.OpenAsync(bridge.Url);
        await chromium.UntilAsync($"{State} === 'good'");
        await chromium.UntilAsync("document.getElementById('exchange').innerText.includes(' ms')");

        await broker.Server.KillAsync();
        try
        {
            await chromium.UntilAsync($"{State} === 'bad'", TimeSpan.FromSeconds(5));
            var text = await chromium.EvaluateAsync("document.getElementById('state').innerText");
            Assert.Contains("RabbitMQ is not reachable", text, StringComparison.Ordinal);
            Assert.Contains("Events wait in the cloud queues and nothing is lost", text, StringComparison.Ordinal);
            Assert.Equal("stopped", await chromium.EvaluateAsync("document.getElementById('link-out').dataset.flow"));
            await KeepAsync(chromium, "stopped");
        }
        finally
        {
            await broker.Server.StartAgainAsync();
        }

        await chromium.UntilAsync($"{State} === 'good'");
    }

    [Fact]
    public async Task A_frozen_broker_is_told_within_five_seconds()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await using var bridge = await BridgeProcess.StartAsync(BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs")));
        await using var chromium = await Chromium.StartAsync();
        await chromium.OpenAsync(bridge.Url);
        await chromium.UntilAsync($"{State} === 'good'");
        await chromium.UntilAsync("document.getElementById('exchange').innerText.includes(' ms')");

        broker.Server.Freeze();
        try
        {
            await chromium.UntilAsync($"{State} === 'bad'", TimeSpan.FromSeconds(5));
            Assert.Contains("RabbitMQ does not answer", await chromium.EvaluateAsync("document.getElementById('state').innerText"), StringComparison.Ordinal);
        }
        finally
        {
            broker.Server.Thaw();
        }

        await chromium.UntilAsync($"{State} === 'good'");
    }

    [Fact]
    public async Task A_broker_that_blocks_publishers_is_told_as_such()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("logs", "logs.#");
        var queue = await clouds.CreateAsync("sqs");
        await using var bridge = await BridgeProcess.StartAsync(BridgeQueue.BridgeEnvironment(host.Uri, queue));
        await broker.Server.ControlAsync(["set_vm_memory_high_watermark", "0.00001"]);
        try
        {
            // The broker tells it only to who publishes.
            await SendAsync(queue, [Event]);

            await Eventually.TrueAsync(async () => (await GetAsync(bridge, "/status/now")).Text.Contains("RabbitMQ blocks publishers", StringComparison.Ordinal), Patience);
            await Eventually.TrueAsync(
                async () => await bridge.MetricsAsync() is var metrics && (metrics["bridge_broker_blocked"], metrics["bridge_receiving_paused{reason=\"broker\"}"], metrics["bridge_ready"]) == (1, 1, 0),
                Patience);
        }
        finally
        {
            await broker.Server.ControlAsync(["set_vm_memory_high_watermark", "absolute", "1GB"]);
        }

        await Eventually.HoldsAsync(
            async () => (await GetAsync(bridge, "/status/now")).Text.Contains("\"conditions\":[]", StringComparison.Ordinal),
            Patience,
            async () => (await GetAsync(bridge, "/status/now")).Text);
        await Eventually.HoldsAsync(
            async () => await host.CountAsync("logs") >= 1, Patience, async () => $"{await host.CountAsync("logs")} events; {string.Join(Environment.NewLine, bridge.Process.Lines.TakeLast(8))}");
    }

    [Fact]
    public async Task A_bridge_that_is_gone_is_told_too()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await using var bridge = await BridgeProcess.StartAsync(BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs")));
        await using var chromium = await Chromium.StartAsync();
        await chromium.OpenAsync(bridge.Url);
        await chromium.UntilAsync($"{State} === 'good'");

        await bridge.KillAsync();

        await chromium.UntilAsync("document.getElementById('state').innerText.includes('The bridge does not answer')", TimeSpan.FromSeconds(5));
    }
}
