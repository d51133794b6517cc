using System.Net;
using System.Security.Cryptography;
using Bridge.Tests.Commands;
using Bridge.Tests.Publish;
using Local.Components;
using static Bridge.Tests.Status.StatusPage;

namespace Bridge.Tests.Status;

/// <summary>What the status page must never show, and to whom it shows nothing.</summary>
[Collection(BrokerTests.Name)]
public sealed class StatusPageSafetyTests(BrokerFixture broker, CloudsFixture clouds) : IClassFixture<CloudsFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_look_inside_a_dead_letter_shows_its_payload_only_where_that_is_allowed(bool allowed)
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("logs", "logs.#");
        var queue = await clouds.CreateAsync("sqs");
        await using var bridge = await BridgeProcess.StartAsync(
            BridgeQueue.BridgeEnvironment(host.Uri, queue).SetItem("Bridge__Http__ShowPayloads", allowed.ToString()));
        await SendAsync(queue, [Unroutable]);
        await Eventually.TrueAsync(async () => await host.CountAsync("telemetry.dead") == 1, Patience);
        await using var chromium = await Chromium.StartAsync();
        await chromium.OpenAsync(bridge.Url);

        await chromium.UntilAsync("!document.getElementById('look').hidden && document.getElementById('dead').innerText.includes('1 kept')");
        await chromium.EvaluateAsync("document.getElementById('look').click()");
        await chromium.UntilAsync("document.getElementById('letters').innerText.includes('metrics.orders.info')");

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

    private static string AccountKey(string connection) =>
        connection.Split(';').Single(part => part.StartsWith("AccountKey=", StringComparison.Ordinal))["AccountKey=".Length..];
}
