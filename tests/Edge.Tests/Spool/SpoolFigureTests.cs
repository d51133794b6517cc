using System.Diagnostics;
using System.Text;
using Bridge.Edge.Spool;

namespace Edge.Tests.Spool;

/// <summary>Times, CPU and memory, printed; the bounds are wide, since other work may run beside.</summary>
[Trait("Lane", "full")]
public sealed class SpoolFigureTests
{
    private const int EventsOfBatch = 250;
    private const int Batches = 2_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Appending_reading_and_removing_cost_little_an_event()
    {
        await using var fixture = new SpoolFixture();
        var spool = await fixture.OpenAsync();
        var batches = Enumerable.Range(0, 20).Select(Telemetry).ToArray();
        await AppendAsync(spool, batches, 50);

        var append = await MeasureAsync(() => AppendAsync(spool, batches, Batches));
        var rows = spool.ReadAll().Count;
        var remove = await MeasureAsync(() => RemoveAsync(fixture, spool));

        TestContext.Current.TestOutputHelper!.WriteLine($"append, each batch committed: {append}; read and remove {rows} batches: {remove}");
        Assert.Equal(Batches + 50, rows);
        Assert.InRange(append.CpuMicroseconds, 0, 10);
    }

    [Fact]
    public async Task Memory_and_time_of_a_start_do_not_depend_on_the_backlog()
    {
        await using var fixture = new SpoolFixture();
        var batch = SomeEvents.Lines(1, 200, bytes: 1_000);
        await using (var spool = await fixture.OpenAsync())
        {
            for (var i = 0; i < 1_500; i++)
            {
                await spool.AppendAsync(batch, Cancel);
                if (i % 50 == 49)
                    await spool.CommitAsync(Cancel);
            }
        }

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var began = Stopwatch.GetTimestamp();
        await using var again = await fixture.OpenAsync();
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        TestContext.Current.TestOutputHelper!.WriteLine($"start with {again.Figures.Bytes >> 20} MiB: {seconds:0.000} s, {allocated >> 10} KiB allocated");
        Assert.True(again.Figures.Bytes > 100 << 20, $"{again.Figures.Bytes}");
        Assert.InRange(seconds, 0, 2);
        Assert.InRange(allocated, 0, 4 << 20);
    }

    private static async Task AppendAsync(BatchSpool spool, byte[][] batches, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await spool.AppendAsync(batches[i % batches.Length], Cancel);
            await spool.CommitAsync(Cancel);
        }
    }

    private static async Task RemoveAsync(SpoolFixture fixture, BatchSpool spool)
    {
        for (var after = 0L; spool.FindNext(after) is { } next; after = next.Id)
        {
            var row = spool.Read(next.Id)!;
            Assert.Null(row.Read(out _));
            spool.Remove(new SettledRow(row.Id, row.Events, row.Bytes.Length));
        }

        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => spool.Figures.Batches == 0);
    }

    private static async Task<Cost> MeasureAsync(Func<Task> work)
    {
        using var process = Process.GetCurrentProcess();
        var (cpu, began) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
        await work();
        process.Refresh();
        var events = Batches * EventsOfBatch;
        return new Cost(
            events / Stopwatch.GetElapsedTime(began).TotalSeconds, (process.TotalProcessorTime - cpu).TotalMicroseconds / events);
    }

    // About 400 bytes an event, which compress as telemetry does.
    private static byte[] Telemetry(int batch)
    {
        var random = new Random(batch);
        var lines = new StringBuilder();
        for (var i = 0; i < EventsOfBatch; i++)
        {
            var trace = random.NextInt64().ToString("x16", null);
            lines.Append($$$"""
                {"timestamp":"2026-11-30T08:{{{random.Next(60):00}}}:{{{random.Next(60):00}}}.{{{random.Next(1000):000}}}Z","style":"logs","level":"info","service":"orders","release":"1.4.2","instance":"node-{{{random.Next(20)}}}","environment":"prod","message":"order {{{random.Next(100000)}}} was accepted","attributes":{"http.request.method":"POST","http.route":"/orders/{id}","http.response.status_code":{{{200 + random.Next(4)}}},"duration":{{{random.Next(5000)}}},"customer":"c-{{{random.Next(100000)}}}","trace":"{{{trace}}}"}}
                """).Append('\n');
        }

        return Encoding.UTF8.GetBytes(lines.ToString());
    }

    private readonly record struct Cost(double EventsPerSecond, double CpuMicroseconds)
    {
        public override string ToString() => $"{EventsPerSecond:0} events/s, {CpuMicroseconds:0.00} µs CPU an event";
    }
}
