using System.Net;

namespace Harness.Components;

/// <summary>A running bridge, and the bridge's commands: the executable as it was built.</summary>
public sealed class BridgeProcess : IAsyncDisposable
{
    private static readonly TimeSpan TerminateTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _process;
    private readonly HttpClient _http;

    private BridgeProcess(ChildProcess process, Uri url)
    {
        _process = process;
        _http = Loopback.NewHttpClient();
        _http.BaseAddress = url;
        _http.Timeout = TimeSpan.FromSeconds(5);
    }

    /// <summary>Where it answers <c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c>.</summary>
    public Uri Url => _http.BaseAddress!;

    /// <summary>The process: its output, its end, its signals.</summary>
    public ChildProcess Process => _process;

    /// <summary>Starts a bridge with an HTTP port of its own.</summary>
    /// <param name="environment">Its whole configuration, such as <see cref="BridgeQueue.BridgeEnvironment"/> gives.</param>
    /// <param name="waitUntilReady">False returns as soon as it runs: for a broker or a queue that is down.</param>
    /// <param name="cancellationToken">Ends the wait; the bridge is ended then.</param>
    /// <exception cref="FileNotFoundException">The bridge is not built.</exception>
    /// <exception cref="InvalidOperationException">It did not become ready; the last lines of its output are in the
    /// message.</exception>
    public static async Task<BridgeProcess> StartAsync(
        IReadOnlyDictionary<string, string> environment,
        bool waitUntilReady = true,
        CancellationToken cancellationToken = default)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var process = await ChildProcess.StartAsync(Start([], new Dictionary<string, string>(environment, StringComparer.Ordinal)
        {
            ["Bridge__Http__Url"] = url.GetLeftPart(UriPartial.Authority),
        }));
        var bridge = new BridgeProcess(process, url);
        try
        {
            if (waitUntilReady)
                await bridge.WaitUntilReadyAsync(ReadyTimeout, cancellationToken);
            return bridge;
        }
        catch
        {
            await bridge.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a bridge command, such as <c>check</c> or <c>send</c>, to its end.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="input">Standard input's whole text; null for none.</param>
    /// <param name="environment">Its configuration; null for none. Without an address for HTTP, <c>run</c> listens on any free
    /// port.</param>
    /// <param name="timeout">When to kill it; a minute when null.</param>
    /// <param name="cancellationToken">Kills it too.</param>
    /// <exception cref="TimeoutException">It was killed because the time passed.</exception>
    public static Task<CommandResult> RunBridgeAsync(
        IReadOnlyList<string> arguments,
        string? input = null,
        IReadOnlyDictionary<string, string>? environment = null,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default) =>
        ChildCommand.RunAsync(Start(arguments, WithHttpAddress(environment)), input, timeout, cancellationToken);

    /// <summary>Waits until <c>/readyz</c> answers 200.</summary>
    /// <exception cref="InvalidOperationException">The bridge ended or the time passed first.</exception>
    public Task WaitUntilReadyAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Loopback.WaitAsync(IsReadyAsync, _process, "become ready", timeout, cancellationToken);

    /// <summary>True when <c>/readyz</c> answers 200 now.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri("/readyz", UriKind.Relative), cancellationToken);
            return response.StatusCode is HttpStatusCode.OK;
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

    /// <summary>What <c>/metrics</c> says now: from <c>name{labels}</c> to value.</summary>
    /// <exception cref="HttpRequestException">The bridge did not answer.</exception>
    public async Task<IReadOnlyDictionary<string, double>> MetricsAsync(CancellationToken cancellationToken = default) =>
        PrometheusSamples.Parse(await _http.GetStringAsync(new Uri("/metrics", UriKind.Relative), cancellationToken));

    /// <summary>Sum of a metric's samples now.</summary>
    /// <param name="name">As in the text format, such as <c>bridge_messages_deleted_total</c>.</param>
    /// <param name="label">A label that the samples must have, such as <c>messaging_system="aws_sqs"</c>; null for all.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="HttpRequestException">The bridge did not answer.</exception>
    public async Task<double> SumAsync(string name, string? label = null, CancellationToken cancellationToken = default) =>
        (await MetricsAsync(cancellationToken))
            .Where(sample => sample.Key == name || sample.Key.StartsWith($"{name}{{", StringComparison.Ordinal))
            .Where(sample => label is null || sample.Key.Contains(label, StringComparison.Ordinal))
            .Sum(sample => sample.Value);

    /// <summary>Asks it to end (SIGTERM) and waits, as an orchestrator does: after thirty seconds it is killed.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> TerminateAsync(CancellationToken cancellationToken = default) =>
        _process.TerminateAsync(TerminateTimeout, cancellationToken);

    /// <summary>Ends it at once (SIGKILL).</summary>
    public Task KillAsync(CancellationToken cancellationToken = default) => _process.KillAsync(cancellationToken);

    /// <summary>Stops it in its tracks (SIGSTOP).</summary>
    public void Freeze() => _process.SendSignal(Signal.Stop);

    /// <summary>Lets a frozen bridge go on.</summary>
    public void Thaw() => _process.SendSignal(Signal.Continue);

    /// <summary>
    /// Kills it if it still runs: an orderly end waits for the receive calls under way, five seconds where queues are empty.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _process.KillAsync();
        await _process.DisposeAsync();
        _http.Dispose();
    }

    // Not the product's fixed port: commands of several tests run at the same time.
    private static Dictionary<string, string> WithHttpAddress(IReadOnlyDictionary<string, string>? environment)
    {
        var settings =
            new Dictionary<string, string>(
                environment ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal);
        settings.TryAdd("Bridge__Http__Url", "http://127.0.0.1:0");
        return settings;
    }

    private static ChildProcessStart Start(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment) =>
        new(BuiltProgram.Path("bridge", "bridge"), arguments)
        {
            Name = "bridge",
            Environment = environment ?? new Dictionary<string, string>(StringComparer.Ordinal),
        };
}
