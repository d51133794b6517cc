using Harness.Components;
using Harness.Faults;

namespace Local.Bench;

/// <summary>The processes that run for a contender, and what they use.</summary>
internal sealed class Runners : IAsyncDisposable
{
    private readonly IReadOnlyList<ChildProcess> _processes;
    private readonly BridgeFleet? _bridges;

    private Runners(IReadOnlyList<ChildProcess> processes, BridgeFleet? bridges = null) => (_processes, _bridges) = (processes, bridges);

    /// <summary>How many processes.</summary>
    public int Count => _processes.Count;

    /// <summary>CPU time of all.</summary>
    public TimeSpan Cpu => _processes.Aggregate(TimeSpan.Zero, (sum, process) => sum + ProcessUsage.Of(process.Id).Cpu);

    /// <summary>Of the one that has used most.</summary>
    public double PeakMiB => _processes.Max(process => ProcessUsage.Of(process.Id).PeakKiB) / 1024.0;

    /// <summary>The last that each said.</summary>
    public string Tails => string.Concat(_processes.Select(process => process.Tail()));

    /// <summary>Starts bridges, and waits until they are ready.</summary>
    public static async Task<Runners> StartAsync(BridgeFleet bridges, int count, CancellationToken cancellationToken)
    {
        await bridges.StartAsync(count, cancellationToken);
        return new Runners([.. bridges.Running.Select(bridge => bridge.Process)], bridges);
    }

    /// <summary>Starts a program, and waits until it says that it is ready.</summary>
    public static async Task<Runners> StartAsync(ChildProcessStart start, CancellationToken cancellationToken)
    {
        var process = await ChildProcess.StartAsync(start);
        try
        {
            await process.WaitForLineAsync(line => line is "ready", TimeSpan.FromSeconds(60), cancellationToken);
            return new Runners([process]);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Managed bytes that the bridges have allocated; null for other programs.</summary>
    public async Task<double?> AllocatedAsync(CancellationToken cancellationToken) =>
        _bridges is null ? null : await _bridges.SumAsync("dotnet_gc_allocated_bytes_total", cancellationToken);

    /// <summary>Sends a signal to all.</summary>
    public void Send(Signal signal)
    {
        foreach (var process in _processes)
            process.SendSignal(signal);
    }

    /// <summary>Ends them at once: what they were to do is done, and an orderly end takes its time.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_processes.Select(process => process.KillAsync()));
        if (_bridges is not null)
            await _bridges.DisposeAsync();
        else
            await Task.WhenAll(_processes.Select(process => process.DisposeAsync().AsTask()));
    }
}
