using System.Net;
using Bridge.Tests.Commands;
using Bridge.Tests.Publish;
using Harness.Components;

namespace Bridge.Tests.Status;

/// <summary>What the tests of the status page share.</summary>
internal static class StatusPage
{
    /// <summary>An event that the tests' queue of logs takes.</summary>
    public const string Event = """{"style":"logs","service":"orders","level":"info","message":"payload-of-an-event"}""";

    /// <summary>An event that becomes a dead letter.</summary>
    public const string Unroutable = """{"style":"metrics","service":"orders","level":"info","message":"payload-of-a-dead-letter"}""";

    /// <summary>JavaScript for the level of the page's headline.</summary>
    public const string State = "document.getElementById('state').dataset.level";

    /// <summary>All that the bridge serves for the page.</summary>
    public static readonly string[] Paths = ["/", "/status/now", "/status/history", "/status/configuration", "/status/dead"];

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task SendAsync(BridgeQueue queue, IEnumerable<string> events)
    {
        var result = await BridgeProcess.RunBridgeAsync(
            ["send", "--queue", queue.Url.ToString(), "--kind", queue.Kind!], string.Join('\n', events), queue.SenderEnvironment());
        Assert.Equal(0, result.ExitCode);
    }

    public static async Task<(HttpStatusCode Status, string Text, string Policy)> GetAsync(BridgeProcess bridge, string path)
    {
        using var http = new HttpClient { BaseAddress = bridge.Url };
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
        var policy = response.Headers.TryGetValues("Content-Security-Policy", out var values) ? values.Single() : "";
        return (response.StatusCode, await response.Content.ReadAsStringAsync(), policy);
    }

    // STATUS_SCREENSHOTS names a folder for pictures, such as those of the documentation.
    public static Task KeepAsync(Chromium chromium, string name) =>
        Environment.GetEnvironmentVariable("STATUS_SCREENSHOTS") is { Length: > 0 } folder
            ? chromium.ScreenshotAsync(Path.Combine(folder, $"status-{name}.png"))
            : Task.CompletedTask;
}
