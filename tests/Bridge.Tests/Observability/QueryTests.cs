using System.Text.Json;
using System.Text.RegularExpressions;
using Bridge.Tests.Commands;
using Bridge.Tests.Publish;
using Bridge.Tests.Status;
using Harness.Components;

namespace Bridge.Tests.Observability;

/// <summary>Every query of dashboard and rules, asked of a real Prometheus that scrapes a running bridge.</summary>
[Collection(StatusBroker.Name)]
public sealed partial class QueryTests(BrokerFixture broker, CloudsFixture clouds)
{
    private static readonly string Folder = Path.Combine(LocalFolders.Root, "infra", "observability");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Each_panel_shows_something_and_each_rule_finds_its_metrics()
    {
        await using var host = await broker.CreateVirtualHostAsync();
        await host.BindQueueAsync("logs", "logs.#");
        var queue = await clouds.CreateAsync("azure");
        using var folder = new TemporaryFolder();
        var environment = BridgeQueue.BridgeEnvironment(host.Uri, queue)
            .SetItem("Bridge__Intakes__0__Url", $"lines+udp://127.0.0.1:{FreePort.Next()}")
            .SetItem("Bridge__Spool__Directory", folder.File("spool"));
        await using var bridge = await BridgeProcess.StartAsync(environment);
        await using var prometheus = await PrometheusServer.StartAsync(Path.Combine(Folder, "prometheus", "rules.yml"), bridge.Url);
        using var ended = new CancellationTokenSource();
        var traffic = SendAsync(queue, ended.Token);
        try
        {
            var missing = PanelQueries().Concat(await SelectorsOfRulesAsync(prometheus)).ToHashSet(StringComparer.Ordinal);
            Assert.True(missing.Count > 40, $"only {missing.Count} queries were found");
            await Eventually.HoldsAsync(
                async () =>
                {
                    foreach (var query in missing.ToList())
                    {
                        if (await prometheus.QueryAsync(query) is { Count: > 0 })
                            missing.Remove(query);
                    }

                    return missing.Count == 0;
                },
                Patience,
                () => Task.FromResult($"no data for{Environment.NewLine}{string.Join(Environment.NewLine, missing)}"));
            // A misspelt label would only group everything together.
            var labels = await prometheus.LabelsAsync();
            var queries = PanelQueries().Concat((await prometheus.RulesAsync()).Select(rule => rule.GetProperty("query").GetString()!));
            Assert.All(queries.SelectMany(LabelsOf), label => Assert.Contains(label, labels));
            Assert.All(await prometheus.RulesAsync(), rule => Assert.Equal("ok", rule.GetProperty("health").GetString()));
        }
        finally
        {
            await ended.CancelAsync();
            await traffic;
        }
    }

    // Small events, one large enough for several chunks, and one that has no queue: every part of the bridge has something to show.
    private static async Task SendAsync(BridgeQueue queue, CancellationToken cancellationToken)
    {
        var large = $$"""{"style":"logs","service":"orders","level":"info","message":"{{Convert.ToBase64String(Bytes(400_000))}}"}""";
        string[] events = ["""{"style":"logs","service":"orders","level":"info"}""", large, """{"style":"metrics","service":"orders","level":"info"}"""];
        while (!cancellationToken.IsCancellationRequested)
        {
            var result = await BridgeProcess.RunBridgeAsync(
                ["send", "--queue", queue.Url.ToString(), "--kind", queue.Kind!], string.Join('\n', events), queue.SenderEnvironment(),
                cancellationToken: CancellationToken.None);
            Assert.Equal(0, result.ExitCode);
        }
    }

    private static IEnumerable<string> LabelsOf(string query) =>
        Grouping().Matches(query).SelectMany(match => match.Groups["labels"].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries));

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static IEnumerable<string> PanelQueries()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "grafana", "bridge.json")));
        return
        [
            .. dashboard.RootElement.GetProperty("panels").EnumerateArray()
                .Where(panel => panel.TryGetProperty("targets", out _))
                .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
                .Select(target => target.GetProperty("expr").GetString()!
                    .Replace("$job", "bridge", StringComparison.Ordinal)
                    .Replace("$instance", ".+", StringComparison.Ordinal)
                    .Replace("$__rate_interval", "1m", StringComparison.Ordinal)),
        ];
    }

    // A rule has no result while all is well: what it reads must be there all the same, each metric with its labels.
    private static async Task<IEnumerable<string>> SelectorsOfRulesAsync(PrometheusServer prometheus) =>
        (await prometheus.RulesAsync()).SelectMany(rule => Selector().Matches(rule.GetProperty("query").GetString()!)).Select(match => match.Value);

    [GeneratedRegex(@"\b[a-z_]+\{[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Selector();

    [GeneratedRegex(@"\b(by|on) \((?<labels>[^)]*)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Grouping();
}
