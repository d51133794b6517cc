using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bridge.Core.DeadLetters;
using Bridge.Hosting.Http;
using Bridge.Tests.Commands;
using Bridge.Tests.DeadLetter;
using Bridge.Tests.Publish;
using Harness.Components;
using Telemetry.Wire;
using static Bridge.Tests.Status.StatusPage;

namespace Bridge.Tests.Status;

/// <summary>What the status page must never show, and to whom it shows nothing.</summary>
[Collection(StatusBroker.Name)]
public sealed class StatusPageSafetyTests(BrokerFixture broker, CloudsFixture clouds)
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

    [Fact]
    public async Task A_name_that_another_site_may_have_made_resolve_to_this_machine_gets_nothing()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await using var bridge = await BridgeProcess.StartAsync(
            BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs"))
                .SetItem("Bridge__Http__AllowedHosts", "bridge.example.com; *.internal"));

        foreach (var path in Paths)
        {
            string[] known =
            [
                "127.0.0.1", "[::1]:8080", "10.1.2.3:80", "localhost:8080", "a.localhost", "Bridge.Example.COM:8443",
                "a.b.internal",
            ];
            foreach (var taken in known)
                Assert.Equal((path, taken, HttpStatusCode.OK), (path, taken, (await GetAsync(path, taken)).Status));
            string[] strangers =
            [
                "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "internal",
                "example.com", "",
            ];
            foreach (var refused in strangers)
            {
                var (status, text) = await GetAsync(path, refused);
                Assert.Equal((path, refused, HttpStatusCode.BadRequest), (path, refused, status));
                Assert.Contains("Bridge:Http:AllowedHosts", text, StringComparison.Ordinal);
                Assert.DoesNotContain("telemetry", text, StringComparison.Ordinal);
            }
        }

        // Probes name a pod by its address, a service or anything else.
        foreach (var path in (string[])["/healthz", "/readyz", "/metrics"])
        {
            foreach (var any in (string[])["10.1.2.3", "bridge.default.svc", "evil.example"])
                Assert.Equal(HttpStatusCode.OK, (await GetAsync(path, any)).Status);
        }

        async Task<(HttpStatusCode Status, string Text)> GetAsync(string path, string name)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(bridge.Url.Host, bridge.Url.Port);
            await using var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"));
            var answer = await new StreamReader(stream).ReadToEndAsync();
            return ((HttpStatusCode)int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture), answer);
        }
    }

    [Fact]
    public async Task However_many_look_a_letter_is_handed_out_once_in_a_while_and_large_ones_are_not_all_taken()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        var large = new byte[5 * 1024 * 1024];
        await Dead.KeepAsync(
            host,
            [
                .. Enumerable.Range(0, 5).Select(number =>
                    Dead.Raw($"id-{number}", RefusalReason.Malformed) with { Body = large }),
            ]);
        await using var bridge = await BridgeProcess.StartAsync(
            BridgeQueue.BridgeEnvironment(host.Uri, await clouds.CreateAsync("sqs")));

        var first = await GetAsync(bridge, "/status/dead");
        for (var look = 0; look < 10; look++)
            Assert.Equal(first.Text, (await GetAsync(bridge, "/status/dead")).Text);

        // Two of 5 MiB pass 8 MiB.
        Assert.Equal(
            ["id-0", "id-1"],
            JsonDocument.Parse(first.Text).RootElement.GetProperty("letters").EnumerateArray()
                .Select(letter => letter.GetProperty("messageId").GetString()));
        await Eventually.TrueAsync(async () => await host.CountAsync("telemetry.dead") == 5, Patience);
        var deliveries = (await host.DrainAsync("telemetry.dead")).Select(message =>
            message.BasicProperties.Headers!.TryGetValue("x-delivery-count", out var count)
                ? Convert.ToInt64(count, CultureInfo.InvariantCulture)
                : 0);
        Assert.Equal([1, 1, 0, 0, 0], deliveries);
    }

    [Theory]
    [InlineData("https://bridge.example.com")]
    [InlineData("bridge.example.com:8080")]
    [InlineData("a;*")]
    public void What_is_no_host_name_is_refused_at_the_start(string hosts) =>
        Assert.Contains(
            "Bridge:Http:AllowedHosts names '",
            Assert.Single(new HttpOptions { AllowedHosts = hosts }.Validate()),
            StringComparison.Ordinal);

    private static string AccountKey(string connection) =>
        connection.Split(';').Single(part => part.StartsWith("AccountKey=", StringComparison.Ordinal))["AccountKey=".Length..];
}
