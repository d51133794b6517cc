using System.Collections.Immutable;
using Harness.Components;

namespace Harness.Faults;

/// <summary>
/// The replicas of one bridge: processes that share a configuration, and the most memory that one of them has used.
/// </summary>
internal sealed class BridgeFleet(ImmutableDictionary<string, string> settings) : IAsyncDisposable
{
    private const string Published = "bridge_events_published_total";

    private readonly List<BridgeProcess> _all = [];
    private long _peakKiB;

    /// <summary>Those that run, the oldest first.</summary>
    public IReadOnlyList<BridgeProcess> Running => [.. _all.Where(bridge => !bridge.Process.HasExited)];

    /// <summary>The highest resident memory of any replica so far, by the kernel's own high-water mark.</summary>
    public double PeakMiB
    {
        get
        {
            foreach (var bridge in Running)
                NotePeak(bridge);
            return _peakKiB / 1024.0;
        }
    }

    /// <summary>Starts replicas together and waits until they are ready.</summary>
    public async Task StartAsync(int count, CancellationToken cancellationToken) =>
        _all.AddRange(await Task.WhenAll(
            Enumerable.Range(0, count).Select(_ => BridgeProcess.StartAsync(settings, cancellationToken: cancellationToken))));

    /// <summary>Ends a replica at once (SIGKILL).</summary>
    public Task KillAsync(BridgeProcess bridge, CancellationToken cancellationToken)
    {
        NotePeak(bridge);
        return bridge.KillAsync(cancellationToken);
    }

    /// <summary>Asks a replica to end (SIGTERM) and waits for it.</summary>
    /// <returns>How long it took.</returns>
    /// <exception cref="FaultException">It did not end in order within 30 s.</exception>
    public async Task<TimeSpan> TerminateAsync(BridgeProcess bridge, CancellationToken cancellationToken)
    {
        NotePeak(bridge);
        var began = TimeProvider.System.GetTimestamp();
        var code = await bridge.TerminateAsync(cancellationToken);
        var took = TimeProvider.System.GetElapsedTime(began);
        return code == 0
            ? took
            : throw new FaultException(
                $"a bridge ended with {code} {took.TotalSeconds:0.0} s after SIGTERM:{bridge.Process.Tail()}");
    }

    /// <summary>Events that the running replicas have published; one that does not answer counts nothing.</summary>
    public Task<double> PublishedAsync(CancellationToken cancellationToken) => SumAsync(Published, cancellationToken);

    /// <summary>Sum of a metric over the running replicas.</summary>
    public async Task<double> SumAsync(string name, CancellationToken cancellationToken)
    {
        var sum = 0.0;
        foreach (var bridge in Running)
        {
            try
            {
                sum += await bridge.SumAsync(name, cancellationToken: cancellationToken);
            }
            catch (HttpRequestException)
            {
                // It has just ended.
            }
        }

        return sum;
    }

    /// <summary>The last that each replica said.</summary>
    public string Tails() =>
        string.Concat(_all.Select((bridge, index) => $"{Environment.NewLine}bridge {index + 1}:{bridge.Process.Tail()}"));

    public async ValueTask DisposeAsync() => await Task.WhenAll(_all.Select(bridge => bridge.DisposeAsync().AsTask()));

    private void NotePeak(BridgeProcess bridge) => _peakKiB = Math.Max(_peakKiB, ProcessUsage.Of(bridge.Process.Id).PeakKiB);
}
