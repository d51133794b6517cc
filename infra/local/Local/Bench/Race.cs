using Harness.Components;
using Harness.Faults;

namespace Local.Bench;

/// <summary>Starts a contender on a track.</summary>
internal delegate Task<Runner> Enter(Track track, Load load, CancellationToken cancellationToken);

/// <summary>
/// One contender brings one load to the exchange. It is started, brings what warms it up, and is then frozen while the queue is
/// filled, so that neither its start nor the compiling of its code counts; the clock runs from the first quarter of the events.
/// </summary>
internal sealed class Race(Load load, Enter enter)
{
    private const double Start = 0.25;
    private const double IdleShare = 0.05;
    private const int MostIdleWaits = 20;
    private static readonly TimeSpan ArrivalTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(500);

    /// <summary>A contender that races.</summary>
    public static Contender Of(string name, Load load, Enter enter) =>
        new(
            name,
            (components, share, cancellationToken) => new Race(load.Part(share), enter).RunAsync(components, cancellationToken));

    private async Task<Measurement> RunAsync(BenchComponents components, CancellationToken cancellationToken)
    {
        await using var track = await Track.LayAsync(components, load, cancellationToken);
        await using var runner = await enter(track, load, cancellationToken);
        var measurement = new Measurement();
        var before = 0;
        foreach (var warmUp in load.WarmUp)
        {
            before += warmUp.Events;
            await warmUp.FillAsync(track.Direct, cancellationToken);
            await UntilAsync(before, track, runner, cancellationToken);
            await UntilEmptyAsync(track, runner, cancellationToken);
        }

        track.Bill?.Reset();
        var allocated = await runner.AllocatedAsync(cancellationToken);
        if (load.Packing is not Packing.None)
        {
            await UntilIdleAsync(runner, cancellationToken);
            runner.Send(Signal.Stop);
            await load.FillAsync(track.Sender, cancellationToken);
            measurement[Metric.Messages] = await track.Direct.DepthAsync(cancellationToken) * 1_000_000.0 / load.Events;
            runner.Send(Signal.Continue);
        }

        var first = await UntilAsync(before + (long)(Start * load.Events), track, runner, cancellationToken);
        var last = await UntilAsync(before + load.Events, track, runner, cancellationToken);
        Enter(measurement, first, last);
        measurement[Metric.Memory] = runner.PeakMiB;
        if (allocated is { } atFirst && await runner.AllocatedAsync(cancellationToken) is { } atLast)
            measurement[Metric.Allocated] = (atLast - atFirst) / load.Events;
        if (track.Bill is { } bill)
        {
            // The last deletes are paid for too.
            await UntilEmptyAsync(track, runner, cancellationToken);
            bill.Enter(measurement, load.Events);
        }

        return measurement;
    }

    private void Enter(Measurement measurement, Moment first, Moment last)
    {
        var events = last.Arrived - first.Arrived;
        var seconds = TimeProvider.System.GetElapsedTime(first.At, last.At).TotalSeconds;
        measurement[Metric.Rate] = events / seconds;
        measurement[Metric.Megabytes] = events / seconds * load.Generate().Average(json => json.Length) / 1_000_000;
        measurement[Metric.Cpu] = (last.Cpu - first.Cpu).TotalMicroseconds / events;
        measurement[Metric.CpuSeconds] = measurement[Metric.Cpu];
        measurement[Metric.BrokerCpu] = (last.BrokerCpu - first.BrokerCpu).TotalMicroseconds / events;
        measurement[Metric.QueueCpu] = (last.QueueCpu - first.QueueCpu).TotalMicroseconds / events;
        measurement[Metric.Cores] = (last.AllCpu - first.AllCpu).TotalSeconds / seconds;
    }

    private static async Task<Moment> UntilAsync(long arrived, Track track, Runner runner, CancellationToken cancellationToken)
    {
        var count = 0L;
        await UntilAsync(
            async () => (count = await track.Arrived.CountAsync(cancellationToken)) >= arrived, track, runner, cancellationToken);
        return new Moment(
            count, TimeProvider.System.GetTimestamp(), runner.Cpu, track.Components.RabbitMq.Usage.Cpu,
            track.Components.QueueCpu);
    }

    private static Task UntilEmptyAsync(Track track, Runner runner, CancellationToken cancellationToken) =>
        UntilAsync(async () => await track.Direct.DepthAsync(cancellationToken) == 0, track, runner, cancellationToken);

    // What the last events called for is still being compiled.
    private static async Task UntilIdleAsync(Runner runner, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Idle);
        var before = runner.Cpu;
        for (var wait = 0; wait < MostIdleWaits && await timer.WaitForNextTickAsync(cancellationToken); wait++)
        {
            var now = runner.Cpu;
            if (now - before < IdleShare * Idle)
                return;
            before = now;
        }
    }

    private static Task UntilAsync(Func<Task<bool>> condition, Track track, Runner runner, CancellationToken cancellationToken) =>
        Wait.UntilAsync(
            condition, ArrivalTimeout, () => $"{track.Queue.Url} has not come to the exchange:{runner.Tail}", cancellationToken);

    private sealed record Moment(long Arrived, long At, TimeSpan Cpu, TimeSpan BrokerCpu, TimeSpan QueueCpu)
    {
        public TimeSpan AllCpu => Cpu + BrokerCpu + QueueCpu;
    }
}
