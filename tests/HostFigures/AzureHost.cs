using System.Collections.Immutable;
using Functions.Tests.Support;
using Local.Functions;

namespace HostFigures;

/// <summary>An isolated worker with this program in the place of the Functions host.</summary>
internal sealed class AzureHost : IAsyncDisposable
{
    private readonly FunctionsHost _host;

    private AzureHost(FunctionsHost host) => _host = host;

    internal int ProcessId => _host.Worker.Id;

    /// <summary>From the process's start until its functions are loaded.</summary>
    internal TimeSpan Start { get; private init; }

    /// <summary>The first invocation: from the request to its answer.</summary>
    internal TimeSpan First { get; private set; }

    internal static async Task<AzureHost> StartAsync(string program, ImmutableDictionary<string, string> environment)
    {
        var began = TimeProvider.System.GetTimestamp();
        var started = await FunctionsHost.StartAsync(program, environment);
        var host = new AzureHost(started) { Start = TimeProvider.System.GetElapsedTime(began) };
        host.First = await host.InvokeAsync();
        return host;
    }

    /// <summary>One invocation: from the request to its answer; the flush comes after it.</summary>
    internal async Task<TimeSpan> InvokeAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        using var call = await _host.PostAsync("Quote", "api/quotes", SomeOrder.Small);
        var took = TimeProvider.System.GetElapsedTime(began);
        call.Response.EnsureSuccessStatusCode();
        await call.Invocation;
        return took;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
