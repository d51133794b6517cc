using Bridge.Core.Running;
using Bridge.Hosting.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bridge.Hosting.Status;

/// <summary>Counts of a period of ten seconds.</summary>
/// <param name="At">End of the period, Unix seconds.</param>
/// <param name="Opened">Events taken out of batches.</param>
/// <param name="Published">Events that the broker confirmed.</param>
/// <param name="Age">Age of the oldest event at the end of the period, in seconds.</param>
/// <param name="Dead">Dead letters.</param>
internal sealed record FlowSample(long At, double Opened, double Published, double Age, double Dead);

/// <summary>Keeps the samples of the last hour in memory, one every ten seconds.</summary>
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

    /// <summary>Age of the oldest event that waits in a queue or is being processed, in seconds.</summary>
    public static double OldestAge(MetricValues values) =>
        Math.Max(values.Max("bridge_queue_oldest_message_age_seconds"), values.Max("bridge_oldest_message_age_seconds"));

    private async Task SampleAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var before = metrics.Read();
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var now = metrics.Read();
            Add(new FlowSample(
                clock.GetUtcNow().ToUnixTimeSeconds(),
                Growth("bridge_events_opened_total"),
                Growth("bridge_events_published_total"),
                Math.Round(OldestAge(now), 1),
                Growth("bridge_dead_letters_total")));
            before = now;

            double Growth(string total) => now.Sum(total) - before.Sum(total);
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
}
