using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Harness.Components;

namespace Bridge.Tests.Status;

/// <summary>One page in a headless Chromium, driven over the DevTools protocol.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly ChildProcess _process;
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _calls;

    private Chromium(string folder, ChildProcess process) => (_folder, _process) = (folder, process);

    /// <summary>What the page complained of so far: errors of scripts, refused requests, what its policy forbade.</summary>
    public List<string> Complaints { get; } = [];

    public static async Task<Chromium> StartAsync()
    {
        var folder = LocalFolders.NewRunFolder("chromium");
        var process = await ChildProcess.StartAsync(new ChildProcessStart(
            LocalFolders.Installed(Program),
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-port=0", $"--user-data-dir={folder}", "about:blank"));
        var chromium = new Chromium(folder, process);
        try
        {
            await chromium.ConnectAsync();
            return chromium;
        }
        catch
        {
            await chromium.DisposeAsync();
            throw;
        }
    }

    /// <summary>The size of the window in CSS pixels, as on a phone or a desk.</summary>
    public Task SizeAsync(int width, int height, double scale = 1) => CallAsync(
        "Emulation.setDeviceMetricsOverride",
        new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = scale, ["mobile"] = width < 600 });

    /// <summary>What the user prefers: <c>light</c> or <c>dark</c>.</summary>
    public Task PreferAsync(string scheme) => CallAsync("Emulation.setEmulatedMedia", new JsonObject
    {
        ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }),
    });

    /// <summary>Goes to an address and waits until the page is loaded.</summary>
    public async Task OpenAsync(Uri url)
    {
        await CallAsync("Page.navigate", new JsonObject { ["url"] = url.ToString() });
        await UntilAsync($"location.href === '{url}' && document.readyState === 'complete'");
    }

    /// <summary>The value of an expression in the page, as text.</summary>
    public async Task<string> EvaluateAsync(string expression)
    {
        var result = await CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = $"String({expression})", ["returnByValue"] = true });
        return result["exceptionDetails"] is { } problem ? throw new InvalidOperationException($"{expression}: {problem}") : (string)result["result"]!["value"]!;
    }

    /// <summary>Waits until an expression is true in the page.</summary>
    public Task UntilAsync(string condition, TimeSpan? patience = null) => Eventually.HoldsAsync(
        async () => await EvaluateAsync(condition) is "true",
        patience ?? Patience,
        async () => $"{condition} is not true; the page says: {await EvaluateAsync("document.body.innerText")}; {string.Join("; ", Complaints)}");

    /// <summary>Writes what is to be seen to a PNG file, all of the page's length.</summary>
    public async Task ScreenshotAsync(string file)
    {
        var result = await CallAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png", ["captureBeyondViewport"] = true });
        await File.WriteAllBytesAsync(file, Convert.FromBase64String((string)result["data"]!));
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _turn.Dispose();
        await _process.KillAsync();
        await _process.DisposeAsync();
        LocalFolders.RemoveRunFolder(_folder);
    }

    private async Task ConnectAsync()
    {
        var line = await _process.WaitForLineAsync(line => line.Contains("DevTools listening on ws://", StringComparison.Ordinal), Patience);
        var browser = new Uri(line[line.IndexOf("ws://", StringComparison.Ordinal)..]);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var tabs = JsonDocument.Parse(await http.GetStringAsync(new Uri($"http://{browser.Authority}/json")));
        var page = tabs.RootElement.EnumerateArray().First(tab => tab.GetProperty("type").GetString() is "page");
        await _socket.ConnectAsync(new Uri(page.GetProperty("webSocketDebuggerUrl").GetString()!), CancellationToken.None);
        foreach (var domain in new[] { "Page", "Runtime", "Log" })
            await CallAsync($"{domain}.enable");
    }

    private async Task<JsonNode> CallAsync(string method, JsonObject? parameters = null)
    {
        await _turn.WaitAsync();
        try
        {
            using var time = new CancellationTokenSource(Patience);
            var id = ++_calls;
            var call = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
            await _socket.SendAsync(Encoding.UTF8.GetBytes(call.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, time.Token);
            while (true)
            {
                var message = await ReceiveAsync(time.Token);
                if ((int?)message["id"] == id)
                    return message["result"] ?? throw new InvalidOperationException($"{method}: {message["error"]}");
                Note(message);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Note(JsonNode message)
    {
        if ((string?)message["method"] is "Runtime.exceptionThrown")
            Complaints.Add($"{message["params"]!["exceptionDetails"]!["exception"]?["description"]}");
        else if ((string?)message["method"] is "Log.entryAdded" && (string?)message["params"]!["entry"]!["level"] is "error")
            Complaints.Add($"{message["params"]!["entry"]!["text"]}");
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer, cancellationToken);
            text.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
                return JsonNode.Parse(text.ToArray())!;
        }
    }
}
