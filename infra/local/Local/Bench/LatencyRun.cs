using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using Harness.Faults;
using Telemetry;

namespace Local.Bench;

/// <summary>How long events take from <c>Send</c> to a consumer of the exchange's queue, at a steady rate.</summary>
internal sealed class LatencyRun(string cloud, int perSecond, TimeSpan duration)
{
    private static readonly TimeSpan FlushInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ArrivalTimeout = TimeSpan.FromSeconds(60);

    // Enough that the longest run is not cut short, and that code which has just been compiled does not count.
    private static readonly TimeSpan FullDuration = TimeSpan.FromSeconds(10);
    private const double WarmUp = 0.25;

    private readonly List<double> _milliseconds = [];
    private int _arrived;

    private static ReadOnlySpan<byte> SentAt => "\"sentAt\":"u8;

    /// <summary>A contender that is timed.</summary>
    public static Contender Of(string name, string cloud, int perSecond) => new(name, (components, share, cancellationToken) =>
        new LatencyRun(cloud, perSecond, FullDuration * Math.Max(share, 0.25)).RunAsync(components, cancellationToken));

    private async Task<Measurement> RunAsync(BenchComponents components, CancellationToken cancellationToken)
    {
        var load = new Load((int)(perSecond * duration.TotalSeconds)) { Cloud = cloud };
        await using var track = await Track.LayAsync(components, load, cancellationToken);
        await using var runner = await Entrants.Bridge()(track, load, cancellationToken);
        await track.Arrived.ConsumeAsync(body => Enter(body.Span, load.Events), cancellationToken);
        await SendAsync(track.Sender, load.Events, cancellationToken);
        await Wait.UntilAsync(
            () => Task.FromResult(Volatile.Read(ref _arrived) == load.Events), ArrivalTimeout, () =>
                $"{_arrived} of {load.Events} events have arrived:{runner.Tail}", cancellationToken);
        double[] sorted = [.. _milliseconds.Order()];
        return new Measurement
        {
            [Metric.Median] = Percentile(sorted, 0.5),
            [Metric.High] = Percentile(sorted, 0.99),
            [Metric.Highest] = Percentile(sorted, 0.999),
        };
    }

    private async Task SendAsync(ConnectedQueue queue, int events, CancellationToken cancellationToken)
    {
        await using var client = new TelemetryClient(
            new TelemetryOptions { Queue = queue.Endpoint, Service = "orders", FlushInterval = FlushInterval });
        var began = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < events;)
        {
            for (var due = Math.Min(events, Stopwatch.GetElapsedTime(began).TotalSeconds * perSecond); sent < due; sent++)
                client.Send(Event(sent));
            await Task.Delay(Tick, TimeProvider.System, cancellationToken);
        }

        await client.FlushAsync(ArrivalTimeout, cancellationToken);
    }

    private static byte[] Event(int number) => Encoding.UTF8.GetBytes($$"""
        {"sentAt":{{Stopwatch.GetTimestamp()}},"style":"logs","level":"info","service":"orders","release":"2026.11.3","number":{{number}},"message":"order accepted","attributes":{"orderId":{{number * 7919L}},"items":{{number % 9}},"currency":"EUR"},"traceparent":"00-{{number:x32}}-{{number:x16}}-01"}
        """);

    // The consumer's own thread alone.
    private void Enter(ReadOnlySpan<byte> json, int events)
    {
        var isTimed = Utf8Parser.TryParse(json[(json.IndexOf(SentAt) + SentAt.Length)..], out long sentAt, out _);
        if (isTimed && _arrived >= events * WarmUp)
            _milliseconds.Add(Stopwatch.GetElapsedTime(sentAt).TotalMilliseconds);
        Volatile.Write(ref _arrived, _arrived + 1);
    }

    private static double Percentile(double[] sorted, double share) =>
        sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
}
