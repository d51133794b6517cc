using Harness.Components;
using Harness.Faults;

namespace Local.Bench;

/// <summary>The process that runs for a contender, and what it uses.</summary>
internal sealed class Runner : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly BridgeFleet? _bridges;

    private Runner(ChildProcess process, BridgeFleet? bridges = null) => (_process, _bridges) = (process, bridges);

    /// <summary>Processor time that it has used.</summary>
    public TimeSpan Cpu => ProcessUsage.Of(_process.Id).Cpu;

    /// <summary>Its highest resident memory.</summary>
    public double PeakMiB => ProcessUsage.Of(_process.Id).PeakKiB / 1024.0;

    /// <summary>The last lines that it wrote.</summary>
    public string Tail => _process.Tail();

    /// <summary>Starts a bridge, and waits until it is ready.</summary>
    public static async Task<Runner> StartAsync(BridgeFleet bridges, CancellationToken cancellationToken)
    {
        await bridges.StartAsync(1, cancellationToken);
        return new Runner(bridges.Running.Single().Process, bridges);
    }

    /// <summary>Starts a program, and waits until it says that it is ready.</summary>
    public static async Task<Runner> StartAsync(ChildProcessStart start, CancellationToken cancellationToken)
    {
        var process = await ChildProcess.StartAsync(start);
        try
        {
            await process.WaitForLineAsync(line => line is "ready", TimeSpan.FromSeconds(60), cancellationToken);
            return new Runner(process);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Managed bytes that the bridge has allocated; null for other programs.</summary>
    public async Task<double?> AllocatedAsync(CancellationToken cancellationToken) =>
        _bridges is null ? null : await _bridges.SumAsync("dotnet_gc_allocated_bytes_total", cancellationToken);

    /// <summary>Sends it a signal.</summary>
    public void Send(Signal signal) => _process.SendSignal(signal);

    /// <summary>Kills it: its work is done, and an orderly end would take seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        await _process.KillAsync();
        if (_bridges is not null)
            await _bridges.DisposeAsync();
        else
            await _process.DisposeAsync();
    }
}
