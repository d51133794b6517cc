using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Bridge.Tests.Commands;
using Bridge.Tests.Publish;
using Local.Components;

namespace Bridge.Tests.Status;

/// <summary>The status page of a running bridge, seen with a browser.</summary>
[Collection(BrokerTests.Name)]
public sealed class StatusPageTests(BrokerFixture broker, CloudsFixture clouds) : IClassFixture<CloudsFixture>
{
    private const string Event = """{"style":"log","service":"orders","level":"info","message":"payload-of-an-event"}""";
    private const string Unroutable = """{"style":"metric","service":"orders","level":"info","message":"payload-of-a-dead-letter"}""";
    private const string State = "document.getElementById('state').dataset.level";

    private static readonly string[] Paths = ["/", "/status/now", "/status/history", "/status/configuration", "/status/dead"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_page_shows_what_flows_in_both_themes_and_on_a_phone()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("logs", "log.#");
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
        await host.BindQueueAsync("logs", "log.#");
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_look_inside_a_dead_letter_shows_its_payload_only_where_that_is_allowed(bool allowed)
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("logs", "log.#");
        var queue = await clouds.CreateAsync("sqs");
        await using var bridge = await BridgeProcess.StartAsync(
            BridgeQueue.BridgeEnvironment(host.Uri, queue).SetItem("Bridge__Http__ShowPayloads", allowed.ToString()));
        await SendAsync(queue, [Unroutable]);
        await Eventually.TrueAsync(async () => await host.CountAsync("telemetry.dead") == 1, Patience);
        await using var chromium = await Chromium.StartAsync();
        await chromium.OpenAsync(bridge.Url);

        await chromium.UntilAsync("!document.getElementById('look').hidden && document.getElementById('dead').innerText.includes('1 kept')");
        await chromium.EvaluateAsync("document.getElementById('look').click()");
        await chromium.UntilAsync("document.getElementById('letters').innerText.includes('metric.orders.info')");

        var text = await chromium.EvaluateAsync("document.getElementById('letters').innerText");
        Assert.Equal(allowed, text.Contains("payload-of-a-dead-letter", StringComparison.Ordinal));
        Assert.Equal(!allowed, text.Contains("Bridge:Http:ShowPayloads", StringComparison.Ordinal));
        foreach (var path in Paths)
            Assert.Equal(allowed && path is "/status/dead", (await GetAsync(bridge, path)).Text.Contains("payload-of-a-dead-letter", StringComparison.Ordinal));

        // Looking leaves it where it is.
        await Eventually.TrueAsync(async () => await host.CountAsync("telemetry.dead") == 1, Patience);
    }

    [Fact]
    public async Task No_secret_is_in_page_or_figures()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var (key, password) = (Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), "planted-Passw0rd");
        await broker.Server.ControlAsync(["add_user", "planted", password]);
        await broker.Server.ControlAsync(["set_permissions", "--vhost", host.Name, "planted", ".*", ".*", ".*"]);
        var azure = await clouds.CreateAsync("azure");
        var environment = BridgeQueue.BridgeEnvironment(new UriBuilder(host.Uri) { UserName = "planted", Password = password }.Uri, azure)
            .SetItem("Bridge__Keys__2026", key)
            .SetItem("Bridge__Otlp__Endpoint", "http://127.0.0.1:1/?token=planted-token")
            .SetItem("Bridge__Otlp__Headers", "x-api-key=planted-header");
        await using var bridge = await BridgeProcess.StartAsync(environment);
        string[] secrets = [key, password, "planted-token", "planted-header", AccountKey(azure.Connection!)];

        // Also while faults are told, which name the broker.
        await AssertNoneAsync();
        await broker.Server.ControlAsync(["change_password", "planted", "another"]);
        await broker.Server.ControlAsync(["close_all_connections", "--vhost", host.Name, "test"]);
        await Eventually.TrueAsync(async () => (await GetAsync(bridge, "/status/now")).Text.Contains("refused the user", StringComparison.Ordinal), Patience);
        await AssertNoneAsync();

        async Task AssertNoneAsync()
        {
            foreach (var path in Paths)
            {
                var text = (await GetAsync(bridge, path)).Text;
                Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
            }

            var settings = (await GetAsync(bridge, "/status/configuration")).Text;
            Assert.Contains("Keys:2026", settings, StringComparison.Ordinal);
            Assert.Contains("amqp://planted:***@", settings, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nothing_may_run_that_is_not_in_the_page_and_other_sites_get_nothing()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await using var bridge = await BridgeProcess.StartAsync(BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs")));

        var (status, text, policy) = await GetAsync(bridge, "/");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", text, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", text, StringComparison.Ordinal);
        foreach (var path in Paths[1..])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(bridge.Url, path));
            request.Headers.Add("Sec-Fetch-Site", "cross-site");
            using var http = new HttpClient();
            using var response = await http.SendAsync(request);
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }
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
        await host.BindQueueAsync("logs", "log.#");
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

    private static async Task SendAsync(BridgeQueue queue, IEnumerable<string> events)
    {
        var result = await BridgeProcess.RunBridgeAsync(
            ["send", "--queue", queue.Url.ToString(), "--kind", queue.Kind!], string.Join('\n', events), queue.SenderEnvironment());
        Assert.Equal(0, result.ExitCode);
    }

    private static async Task<(HttpStatusCode Status, string Text, string Policy)> GetAsync(BridgeProcess bridge, string path)
    {
        using var http = new HttpClient { BaseAddress = bridge.Url };
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
        var policy = response.Headers.TryGetValues("Content-Security-Policy", out var values) ? values.Single() : "";
        return (response.StatusCode, await response.Content.ReadAsStringAsync(), policy);
    }

    private static string AccountKey(string connection) =>
        connection.Split(';').Single(part => part.StartsWith("AccountKey=", StringComparison.Ordinal))["AccountKey=".Length..];

    // STATUS_SCREENSHOTS names a folder for pictures, such as those of the documentation.
    private static Task KeepAsync(Chromium chromium, string name) =>
        Environment.GetEnvironmentVariable("STATUS_SCREENSHOTS") is { Length: > 0 } folder
            ? chromium.ScreenshotAsync(Path.Combine(folder, $"status-{name}.png"))
            : Task.CompletedTask;
}
