using System.Globalization;
using Harness.Components;

namespace Harness.Containers;

/// <summary>A bridge in a container: not root, nothing to write to, no right of the kernel's beyond a plain process's.</summary>
internal sealed class BridgeContainer : IAsyncDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = Loopback.NewHttpClient();

    private BridgeContainer(string name, ChildProcess process, int port)
    {
        Name = name;
        Process = process;
        _http.BaseAddress = new Uri($"http://127.0.0.1:{port}");
        _http.Timeout = TimeSpan.FromSeconds(5);
    }

    /// <summary>As podman knows it.</summary>
    public string Name { get; }

    /// <summary>podman, which writes what the bridge writes and ends as the bridge ends.</summary>
    public ChildProcess Process { get; }

    /// <summary>Starts a container on the machine's own network and waits until its bridge is ready.</summary>
    /// <param name="tag">The image.</param>
    /// <param name="settings">The bridge's configuration, but for its port.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="InvalidOperationException">It did not become ready; the last lines of its output are in the
    /// message.</exception>
    public static async Task<BridgeContainer> StartAsync(
        string tag, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken = default)
    {
        var (name, port) = ($"bridge-{Guid.NewGuid().ToString("N")[..8]}", FreePort.Next());
        var environment = settings.Append(new("Bridge__Http__Url", $"http://+:{port}"))
            .SelectMany(setting => (string[])["--env", $"{setting.Key}={setting.Value}"]);
        var process = await ChildProcess.StartAsync(ContainerEngine.Start(
            [
                "run", "--rm", "--name", name, "--label", ContainerEngine.Owner, "--network", "host", "--pull", "never",
                "--memory", "384m", "--read-only", "--read-only-tmpfs=false", "--cap-drop", "ALL", "--security-opt",
                "no-new-privileges",
                .. environment, tag,
            ]));
        var container = new BridgeContainer(name, process, port);
        try
        {
            await Loopback.WaitAsync(container.IsReadyAsync, process, "become ready", ReadyTimeout, cancellationToken);
            return container;
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a command inside, as a health check does.</summary>
    public Task<CommandResult> ExecuteAsync(params string[] command) => ContainerEngine.RunAsync(["exec", Name, .. command]);

    /// <summary>The image's own health check, as an engine runs it.</summary>
    public Task<CommandResult> CheckHealthAsync() => ContainerEngine.RunAsync(["healthcheck", "run", Name]);

    /// <summary>What it has used since it started; the bridge is the only process in it.</summary>
    public async Task<ProcessUsage> UsageAsync(CancellationToken cancellationToken = default) =>
        ProcessUsage.Of(await ProcessIdAsync(cancellationToken));

    /// <summary>Its process, as the machine knows it.</summary>
    public async Task<int> ProcessIdAsync(CancellationToken cancellationToken = default)
    {
        var result = await ContainerEngine.RunAsync(["inspect", "--format", "{{.State.Pid}}", Name], cancellationToken);
        return int.Parse(result.EnsureSuccess("podman inspect").Output, CultureInfo.InvariantCulture);
    }

    /// <summary>Stops it as an orchestrator does: SIGTERM, and after 35 s SIGKILL.</summary>
    /// <returns>The exit code, and how long it took.</returns>
    public async Task<(int ExitCode, TimeSpan Took)> StopAsync(CancellationToken cancellationToken = default)
    {
        var began = TimeProvider.System.GetTimestamp();
        (await ContainerEngine.RunAsync(["stop", "--time", "35", Name], cancellationToken)).EnsureSuccess("podman stop");
        var code = await Process.WaitForExitAsync(EndTimeout, cancellationToken);
        return (code, TimeProvider.System.GetElapsedTime(began));
    }

    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
            await ContainerEngine.RunAsync(["rm", "--force", "--ignore", "--time", "0", Name]);
        await Process.DisposeAsync();
        _http.Dispose();
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri("/readyz", UriKind.Relative), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
