using Bridge.Core.Running;
using Bridge.Hosting.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bridge.Hosting.Status;

/// <summary>What flowed in ten seconds.</summary>
/// <param name="At">Their end, Unix seconds.</param>
/// <param name="Opened">Events taken out of batches.</param>
/// <param name="Published">Events confirmed.</param>
/// <param name="Age">Of the oldest event at their end, in seconds.</param>
/// <param name="Dead">Dead letters.</param>
internal sealed record FlowSample(long At, double Opened, double Published, double Age, double Dead);

/// <summary>Keeps the last hour in memory, a sample every ten seconds.</summary>
internal sealed class FlowHistory(MetricsExporter metrics, ILogger<FlowHistory> log, TimeProvider clock) : BackgroundService
{
    /// <summary>Time between samples.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private const int Capacity = 360;

    private readonly Lock _gate = new();
    private readonly Queue<FlowSample> _samples = new(Capacity);

    /// <summary>The samples, oldest first.</summary>
    public IReadOnlyList<FlowSample> Samples()
    {
        lock (_gate)
            return [.. _samples];
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        KeptLoop.RunAsync("The history of the status page", SampleAsync, log, clock, stoppingToken);

    /// <summary>Age of the oldest event that waits or is in work, in seconds.</summary>
    public static double OldestAge(MetricValues values) =>
        Math.Max(values.Max("bridge_queue_oldest_message_age_seconds"), values.Max("bridge_oldest_message_age_seconds"));

    private async Task SampleAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var before = new Totals(metrics.Read());
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var now = metrics.Read();
            var totals = new Totals(now);
            Add(new FlowSample(
                clock.GetUtcNow().ToUnixTimeSeconds(),
                totals.Opened - before.Opened,
                totals.Published - before.Published,
                Math.Round(OldestAge(now), 1),
                totals.Dead - before.Dead));
            before = totals;
        }
    }

    private void Add(FlowSample sample)
    {
        lock (_gate)
        {
            if (_samples.Count == Capacity)
                _samples.Dequeue();
            _samples.Enqueue(sample);
        }
    }

    private sealed class Totals(MetricValues values)
    {
        public double Opened { get; } = values.Sum("bridge_events_opened_total");

        public double Published { get; } = values.Sum("bridge_events_published_total");

        public double Dead { get; } = values.Sum("bridge_dead_letters_total");
    }
}
