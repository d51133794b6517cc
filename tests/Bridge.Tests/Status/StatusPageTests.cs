using System.Net;
using System.Text.Json;
using Bridge.Tests.Commands;
using Bridge.Tests.Publish;
using Harness.Components;
using static Bridge.Tests.Status.StatusPage;

namespace Bridge.Tests.Status;

/// <summary>The status page of a running bridge, seen with a browser.</summary>
[Collection(StatusBroker.Name)]
public sealed class StatusPageTests(BrokerFixture broker, CloudsFixture clouds)
{
    [Fact]
    public async Task The_page_shows_what_flows_in_both_themes_and_on_a_phone()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("logs", "logs.#");
        var queue = await clouds.CreateAsync("azure");
        await using var bridge = await BridgeProcess.StartAsync(BridgeQueue.BridgeEnvironment(host.Uri, queue));
        await using var chromium = await Chromium.StartAsync();
        await chromium.SizeAsync(1160, 900);
        await chromium.PreferAsync("light");

        await chromium.OpenAsync(bridge.Url);
        await chromium.UntilAsync($"{State} === 'good'");
        await SendAsync(queue, Enumerable.Repeat(Event, 500).Append(Unroutable));

        // In and out agree, the dead letter is there, and so are the partitions.
        await chromium.UntilAsync("document.getElementById('bridge').innerText.includes('published\\n500')");
        await chromium.UntilAsync("document.getElementById('dead').innerText.includes('unroutable')");
        await chromium.UntilAsync("document.getElementById('replicas').innerText.includes('All 8 partitions have a replica')");
        Assert.Equal("8", await chromium.EvaluateAsync("document.querySelectorAll('.tile').length"));
        var light = await chromium.EvaluateAsync("getComputedStyle(document.body).backgroundColor");
        await KeepAsync(chromium, "light");

        await chromium.PreferAsync("dark");
        Assert.NotEqual(light, await chromium.EvaluateAsync("getComputedStyle(document.body).backgroundColor"));
        await KeepAsync(chromium, "dark");

        await chromium.SizeAsync(390, 844, 2);
        await chromium.EvaluateAsync("document.getElementById('configuration').open = true");
        Assert.True(
            int.Parse(await chromium.EvaluateAsync("document.documentElement.scrollWidth")) <= 390,
            await chromium.EvaluateAsync("[...document.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > 390).map(e => e.outerHTML.slice(0, 80)).join()"));
        await KeepAsync(chromium, "phone");
        Assert.Empty(chromium.Complaints);
    }

    [Fact]
    public async Task It_loads_in_under_a_second()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await using var bridge = await BridgeProcess.StartAsync(BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs")));
        await using var chromium = await Chromium.StartAsync();

        // The best of three: the machine may be doing something else just then.
        var best = double.MaxValue;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await chromium.OpenAsync(new Uri(bridge.Url, $"/?attempt={attempt}"));
            await chromium.UntilAsync($"{State} === 'good'");
            best = Math.Min(best, double.Parse(await chromium.EvaluateAsync(
                "Math.max(performance.getEntriesByType('navigation')[0].loadEventEnd, performance.getEntriesByName(location.origin + '/status/now')[0].responseEnd)")));
        }

        Assert.InRange(best, 1, 1_000);
    }

    [Fact]
    public async Task It_can_be_turned_off()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await using var bridge = await BridgeProcess.StartAsync(
            BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs")).SetItem("Bridge__Http__StatusPage", "false"));

        foreach (var path in Paths)
            Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(bridge, path)).Status);
        Assert.True(await bridge.IsReadyAsync());
    }

    [Fact]
    public async Task The_history_has_a_sample_every_ten_seconds()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("logs", "logs.#");
        var queue = await clouds.CreateAsync("sqs");
        await using var bridge = await BridgeProcess.StartAsync(BridgeQueue.BridgeEnvironment(host.Uri, queue));
        await SendAsync(queue, Enumerable.Repeat(Event, 7));

        await Eventually.TrueAsync(async () => (await SamplesAsync(bridge)).Sum(sample => sample.GetProperty("published").GetDouble()) is 7, Patience);
    }

    private static async Task<List<JsonElement>> SamplesAsync(BridgeProcess bridge)
    {
        using var json = JsonDocument.Parse((await GetAsync(bridge, "/status/history")).Text);
        return [.. json.RootElement.Clone().EnumerateArray()];
    }
}
