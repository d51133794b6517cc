using System.Text;
using Bridge.Edge.Collecting;
using Bridge.Edge.Spool;
using Edge.Tests.Spool;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Tests.Collecting;

public sealed class EventCollectorTests
{
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(50);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_are_stored_when_the_first_has_waited_for_the_linger_time()
    {
        await using var fixture = new SpoolFixture();
        await using var spool = await fixture.OpenAsync();
        await using var collector = Collect(fixture, spool);

        Assert.True(collector.TryAdd("""{"n":1}"""u8));
        Assert.True(collector.TryAdd("{\n\"n\":2}"u8));
        fixture.Clock.Advance(Linger);
        await Eventually.TrueAsync(() =>
        {
            fixture.Clock.Advance(fixture.Options.SyncInterval);
            return spool.Figures.Batches > 0;
        });

        Assert.Equal("{\"n\":1}\n{ \"n\":2}\n", Assert.Single(spool.ReadAll()).Open());
    }

    [Fact]
    public async Task Events_are_stored_without_waiting_when_there_are_enough()
    {
        await using var fixture = new SpoolFixture();
        await using var spool = await fixture.OpenAsync();
        await using var collector = Collect(fixture, spool);
        var line = SomeEvents.Line(1, 1_000)[..^1];

        for (var bytes = 0; bytes <= EventCollector.BytesToStore; bytes += line.Length)
            Assert.True(collector.TryAdd(line));

        await Eventually.TrueAsync(() =>
        {
            fixture.Clock.Advance(TimeSpan.FromMilliseconds(1));
            return spool.Figures.Batches > 0;
        });
    }

    [Fact]
    public async Task Those_who_wait_for_the_disk_do_not_wait_for_the_linger_time_and_share_batches()
    {
        await using var fixture = new SpoolFixture();
        await using var spool = await fixture.OpenAsync();
        await using var collector = Collect(fixture, spool);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(sender => Task.Run(
            async () =>
            {
                for (var i = 0; i < 50; i++)
                {
                    await collector.AddAsync(Encoding.UTF8.GetBytes($$"""{"sender":{{sender}},"n":{{i}}}"""), Cancel);
                    await collector.WaitUntilSpooledAsync(Cancel);
                    Assert.True(spool.Figures.Events > i);
                }
            },
            Cancel))).WaitAsync(Eventually.Patience, Cancel);

        Assert.Equal(400, spool.Figures.Events);
        Assert.InRange(spool.Figures.Batches, 50, 399);
        Assert.Equal(400, spool.ReadAll().SelectMany(row => row.Open().Split('\n', StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_full_spool_refuses_an_event_or_lets_it_wait()
    {
        await using var fixture = new SpoolFixture();
        fixture.Options = fixture.Options with { MaxBytes = 1024 * 1024 };
        await using var spool = await fixture.OpenAsync();
        await using var collector = Collect(fixture, spool);
        for (var i = 0; !spool.IsFull; i++)
            await spool.AppendAsync(i, bytes: 16_000);

        Assert.False(collector.TryAdd("{}"u8));
        var adding = collector.AddAsync("""{"n":1}"""u8.ToArray(), Cancel).AsTask();
        Assert.False(adding.IsCompleted);
        foreach (var row in spool.ReadAll())
            spool.Remove(new SettledRow(row.Id, row.Events, row.Bytes.Length));
        fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        await adding.WaitAsync(Eventually.Patience, Cancel);
        await collector.WaitUntilSpooledAsync(Cancel).WaitAsync(Eventually.Patience, Cancel);

        Assert.Equal("{\"n\":1}\n", Assert.Single(spool.ReadAll()).Open());
    }

    [Fact]
    public async Task A_wait_for_room_can_be_ended()
    {
        await using var fixture = new SpoolFixture();
        fixture.Options = fixture.Options with { MinFreeBytes = 1024L * 1024 * 1024 * 1024 };
        var spool = fixture.Begin();
        await using var collector = Collect(fixture, spool);
        using var cancelled = new CancellationTokenSource();
        var adding = collector.AddAsync("{}"u8.ToArray(), cancelled.Token).AsTask();

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => adding);
    }

    [Fact]
    public async Task What_was_taken_before_a_stop_is_stored()
    {
        await using var fixture = new SpoolFixture();
        await using (var spool = await fixture.OpenAsync())
        {
            var collector = Collect(fixture, spool);
            Assert.True(collector.TryAdd("""{"n":1}"""u8));
            await collector.DisposeAsync();
            Assert.False(collector.TryAdd("""{"n":2}"""u8));
        }

        await using var again = await fixture.OpenAsync();

        Assert.Equal("{\"n\":1}\n", Assert.Single(again.ReadAll()).Open());
    }

    [Fact]
    public async Task An_event_that_no_receiver_would_take_is_an_error_of_the_caller()
    {
        await using var fixture = new SpoolFixture();
        fixture.Options = fixture.Options with { MaxBytes = 2 * 1024 * 1024 };
        await using var spool = await fixture.OpenAsync();
        await using var collector = Collect(fixture, spool);

        Assert.Throws<ArgumentException>(() => collector.TryAdd(new byte[spool.LargestEvent + 1]));
    }

    private static EventCollector Collect(SpoolFixture fixture, BatchSpool spool) =>
        new(spool, Linger, fixture.Clock, NullLogger<EventCollector>.Instance);
}
