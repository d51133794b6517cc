using Bridge.Core.Running;
using Bridge.Edge.Collecting;
using Bridge.Edge.Configuration;
using Bridge.Edge.Diagnostics;
using Bridge.Edge.Intakes;
using Bridge.Edge.Spool;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bridge.Edge;

/// <summary>
/// The stage of all intakes. A stop closes them at once and stores what they have read; it does not wait until the spool is empty.
/// </summary>
internal sealed class EdgeStage : IHostedService, IStageHealth
{
    private readonly BatchSpool _spool;
    private readonly List<EventCollector> _collectors = [];
    private readonly IntakeService _intakes;

    /// <param name="intakes">Valid options.</param>
    /// <param name="spool">Stores what they take.</param>
    /// <param name="metrics">Counts it.</param>
    /// <param name="clock">Every time.</param>
    /// <param name="logs">Gets what happens.</param>
    public EdgeStage(
        IReadOnlyList<IntakeOptions> intakes, BatchSpool spool, IntakeMetrics metrics, TimeProvider clock, ILoggerFactory logs)
    {
        _spool = spool;
        _intakes = new IntakeService(intakes, new IntakeFactory(Open, metrics, clock, logs));

        IEventCollector Open(IntakeOptions options)
        {
            var collector = new EventCollector(spool, options.Linger, clock, logs.CreateLogger<EventCollector>());
            _collectors.Add(collector);
            return collector;
        }
    }

    /// <inheritdoc/>
    public string? Problem => _spool.Problem is { } reason ? $"intakes take no events: {reason}" : null;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => _intakes.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _intakes.StopAsync(cancellationToken);
        await Task.WhenAll(_collectors.Select(collector => collector.DisposeAsync().AsTask()));
        await _spool.CommitAsync(cancellationToken);
    }
}
