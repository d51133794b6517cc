using System.Text.Json;

namespace Harness.Components;

/// <summary>A Prometheus on loopback, from Debian's package, that scrapes every second with the project's own rules.</summary>
public sealed class PrometheusServer : IAsyncDisposable
{
    /// <summary>The server's executable.</summary>
    public const string Program = "/usr/bin/prometheus";

    /// <summary>The tool that checks rules and metrics.</summary>
    public const string Promtool = "/usr/bin/promtool";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly ComponentProcess _process;
    private readonly HttpClient _http = Loopback.NewHttpClient();

    private PrometheusServer(string folder, int port)
    {
        _folder = folder;
        _http.BaseAddress = new Uri($"http://127.0.0.1:{port}");
        _process = new ComponentProcess(port, () => new ChildProcessStart(
            LocalFolders.Installed(Program),
            $"--config.file={folder}/prometheus.yml",
            $"--storage.tsdb.path={folder}/data",
            $"--web.listen-address=127.0.0.1:{port}"));
    }

    /// <summary>Starts one.</summary>
    /// <param name="rules">Path of a file of rules.</param>
    /// <param name="targets">What to scrape, as the job <c>bridge</c>.</param>
    /// <exception cref="FileNotFoundException">Prometheus is not installed.</exception>
    /// <exception cref="InvalidOperationException">It did not start; the last lines of its output are in the message.</exception>
    public static async Task<PrometheusServer> StartAsync(string rules, params IReadOnlyList<Uri> targets)
    {
        var folder = LocalFolders.NewRunFolder("prometheus");
        var server = new PrometheusServer(folder, FreePort.Next());
        try
        {
            await File.WriteAllTextAsync($"{folder}/prometheus.yml", Configuration(rules, targets));
            await server._process.StartAsync(CancellationToken.None);
            await Loopback.WaitForOkAsync(server._http, "/-/ready", StartTimeout);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>What a query gives now: one element a series.</summary>
    /// <exception cref="InvalidOperationException">The query is wrong.</exception>
    public async Task<IReadOnlyList<JsonElement>> QueryAsync(string query) =>
        [.. (await GetAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}")).GetProperty("result").EnumerateArray()];

    /// <summary>The rules that it has loaded, with their state.</summary>
    public async Task<IReadOnlyList<JsonElement>> RulesAsync() =>
    [
        .. (await GetAsync("/api/v1/rules")).GetProperty("groups").EnumerateArray()
            .SelectMany(group => group.GetProperty("rules").EnumerateArray()),
    ];

    /// <summary>The names of all labels of all series.</summary>
    public async Task<IReadOnlySet<string>> LabelsAsync() =>
        (await GetAsync("/api/v1/labels")).EnumerateArray().Select(label => label.GetString()!).ToHashSet(StringComparer.Ordinal);

    /// <summary>Ends it and removes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _http.Dispose();
        LocalFolders.RemoveRunFolder(_folder);
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative));
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return json.RootElement.TryGetProperty("data", out var data)
            ? data.Clone()
            : throw new InvalidOperationException(
                $"Prometheus refused {Uri.UnescapeDataString(path)}: {json.RootElement.GetProperty("error")}");
    }

    private static string Configuration(string rules, IReadOnlyList<Uri> targets) => $$"""
        global: {scrape_interval: 1s, evaluation_interval: 1s}
        rule_files: ['{{rules}}']
        scrape_configs:
          - job_name: bridge
            static_configs:
              - targets: [{{string.Join(", ", targets.Select(target => $"'{target.Authority}'"))}}]
        """;
}
