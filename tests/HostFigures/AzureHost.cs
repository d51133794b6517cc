using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Functions.Tests.Support;
using Local.Components;

namespace HostFigures;

/// <summary>A custom handler with this program in the place of the Functions host.</summary>
internal sealed class AzureHost : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly HttpClient _http;

    private AzureHost(ChildProcess process, HttpClient http)
    {
        _process = process;
        _http = http;
    }

    /// <summary>The first invocation, after the host's start poll was answered.</summary>
    internal TimeSpan First { get; private set; }

    internal static async Task<AzureHost> StartAsync(string program, ImmutableDictionary<string, string> environment)
    {
        var port = FreePort.Next();
        var process = await ChildProcess.StartAsync(new ChildProcessStart(program)
        {
            WorkingDirectory = Path.GetDirectoryName(program)!,
            Environment = environment.SetItem("FUNCTIONS_CUSTOMHANDLER_PORT", port.ToString(CultureInfo.InvariantCulture)),
        });
        var host = new AzureHost(process, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") });
        await host.PollAsync();
        host.First = await host.InvokeAsync();
        return host;
    }

    internal async Task<TimeSpan> InvokeAsync()
    {
        using var content = new StringContent(SomeOrder.Small, Encoding.UTF8, "application/json");
        var began = TimeProvider.System.GetTimestamp();
        using var response = await _http.PostAsync(new Uri("api/quotes", UriKind.Relative), content);
        var took = TimeProvider.System.GetElapsedTime(began);
        response.EnsureSuccessStatusCode();
        return took;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }

    private async Task PollAsync()
    {
        while (true)
        {
            try
            {
                using var response = await _http.GetAsync(new Uri("", UriKind.Relative));
                return;
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        }
    }
}
