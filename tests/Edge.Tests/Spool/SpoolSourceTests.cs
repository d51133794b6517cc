using Bridge.Core.Sources;
using Bridge.Edge.Spool;
using Telemetry.Wire;

namespace Edge.Tests.Spool;

public sealed class SpoolSourceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Batches_are_offered_in_order_and_removed_when_they_are_settled_in_any_order()
    {
        await using var fixture = new SpoolFixture();
        await using var spool = await fixture.OpenAsync();
        for (var i = 0; i < 3; i++)
            await spool.AppendAsync(i);
        var (sink, source) = (new KeepingSink(), fixture.SourceOf(spool));
        using var stop = new CancellationTokenSource();
        var running = source.RunAsync(sink, stop.Token);

        var offered = await sink.WaitForAsync(3);
        await spool.AppendAsync(3);
        offered = await sink.WaitForAsync(4);
        Assert.Equal([0u, 1, 2, 3], offered.Select(SequenceOf));
        Assert.All(offered, delivery => Assert.True(delivery.IsRepeatedHere));
        Assert.All(offered, delivery => Assert.Equal(1, delivery.Origin.Attempt));
        Assert.Equal($"spool:{fixture.Options.Directory}", offered[0].Origin.Source.Address);
        Assert.Equal(fixture.Clock.GetUtcNow(), offered[0].Origin.EnqueuedAt);

        await offered[2].Settlement.SettleAsync(Outcome.Published);
        await offered[0].Settlement.SettleAsync(Outcome.DeadLettered);
        fixture.Clock.Advance(TimeSpan.FromMilliseconds(100));
        await Eventually.TrueAsync(() => spool.Figures.Batches == 2);
        Assert.Equal([2L, 4], spool.ReadAll().Select(row => row.Id));

        // A stop waits for what was offered.
        await stop.CancelAsync();
        await offered[1].Settlement.SettleAsync(Outcome.Published);
        Assert.False(running.IsCompleted);
        await offered[3].Settlement.SettleAsync(Outcome.Published);
        await running.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task What_was_settled_and_not_yet_removed_is_offered_again_as_the_same_batch()
    {
        await using var fixture = new SpoolFixture();
        var copy = Path.Combine(fixture.Directory, "copy");
        await using var spool = await fixture.OpenAsync();
        await spool.AppendAsync(1);
        var first = await OfferedAsync(fixture, spool);

        // The folder as a kill at this moment leaves it.
        Directory.CreateDirectory(copy);
        foreach (var name in (string[])["spool.db", "spool.db-wal"])
            File.Copy(Path.Combine(fixture.Options.Directory!, name), Path.Combine(copy, name));
        fixture.Options = fixture.Options with { Directory = copy };
        await using var after = await fixture.OpenAsync();
        var second = await OfferedAsync(fixture, after);

        Assert.Equal(first.Origin.Id, second.Origin.Id);
        Assert.Equal(BatchOf(first), BatchOf(second));
    }

    [Fact]
    public async Task A_retry_is_offered_again_after_its_delay()
    {
        await using var fixture = new SpoolFixture();
        await using var spool = await fixture.OpenAsync();
        await spool.AppendAsync(1);
        var (sink, source) = (new KeepingSink(), fixture.SourceOf(spool));
        using var stop = new CancellationTokenSource();
        var running = source.RunAsync(sink, stop.Token);
        var offered = await sink.WaitForAsync(1);

        await offered[0].Settlement.SettleAsync(Outcome.Retry(TimeSpan.FromSeconds(5)));
        fixture.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Single(sink.Deliveries);
        await Eventually.TrueAsync(() =>
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(1));
            return sink.Deliveries.Count == 2;
        });

        Assert.Equal((offered[0].Origin.Id, 2), (sink.Deliveries[1].Origin.Id, sink.Deliveries[1].Origin.Attempt));

        // At a stop it stays in the spool.
        await stop.CancelAsync();
        await sink.Deliveries[1].Settlement.SettleAsync(Outcome.Retry(TimeSpan.FromSeconds(5)));
        await running.WaitAsync(Eventually.Patience);
        Assert.Single(spool.ReadAll());
    }

    [Fact]
    public async Task Reading_ahead_stays_within_the_budget()
    {
        await using var fixture = new SpoolFixture();
        await using var spool = await fixture.OpenAsync();
        for (var i = 0; i < 10; i++)
            await spool.AppendAsync(i, bytes: 10_000);
        var (sink, source) = (new KeepingSink(bytes: 40_000), fixture.SourceOf(spool));
        using var stop = new CancellationTokenSource();
        var running = source.RunAsync(sink, stop.Token);

        for (var settled = 0; settled < 10; settled++)
        {
            await sink.WaitForAsync(settled + 1);
            Assert.InRange(sink.Room.Used, 1, 40_000);
            Assert.InRange(sink.Deliveries.Count - settled, 1, 7);
            sink.Deliveries[settled].Room!.Dispose();
            await sink.Deliveries[settled].Settlement.SettleAsync(Outcome.Published);
        }

        await stop.CancelAsync();
        await running.WaitAsync(Eventually.Patience);
    }

    [Fact]
    public async Task A_row_with_an_altered_byte_is_offered_as_refused_with_its_bytes()
    {
        await using var fixture = new SpoolFixture();
        await using (var spool = await fixture.OpenAsync())
        {
            await spool.AppendAsync(1);
            await spool.AppendAsync(2);
        }

        var bytes = await File.ReadAllBytesAsync(fixture.Database, Cancel);
        var at = bytes.AsSpan().IndexOf("\"n\":1"u8);
        bytes[at + 4] ^= 1;
        await File.WriteAllBytesAsync(fixture.Database, bytes, Cancel);
        await using var again = await fixture.OpenAsync();
        var (sink, source) = (new KeepingSink(), fixture.SourceOf(again));
        using var stop = new CancellationTokenSource();
        var running = source.RunAsync(sink, stop.Token);
        var offered = await sink.WaitForAsync(2);

        var refused = Assert.IsType<Payload.Refused>(offered[0].Payload);
        Assert.Equal(RefusalReason.Malformed, refused.Refusal.Reason);
        Assert.Contains("altered on the disk", refused.Refusal.Detail, StringComparison.Ordinal);
        Assert.Contains("\"n\":0", System.Text.Encoding.Latin1.GetString(refused.Messages[0].Bytes.Span), StringComparison.Ordinal);
        Assert.IsType<Payload.Batch>(offered[1].Payload);
        foreach (var delivery in offered)
            await delivery.Settlement.SettleAsync(Outcome.Published);
        await stop.CancelAsync();
        await running.WaitAsync(Eventually.Patience);
    }

    private static async Task<Delivery> OfferedAsync(SpoolFixture fixture, BatchSpool spool)
    {
        var sink = new KeepingSink();
        using var stop = new CancellationTokenSource();
        var running = fixture.SourceOf(spool).RunAsync(sink, stop.Token);
        var offered = (await sink.WaitForAsync(1))[0];
        await stop.CancelAsync();
        await offered.Settlement.SettleAsync(Outcome.Published);
        await running.WaitAsync(Eventually.Patience);
        return offered;
    }

    private static uint SequenceOf(Delivery delivery) => BatchOf(delivery).Sequence;

    private static BatchId BatchOf(Delivery delivery) => Assert.IsType<Payload.Batch>(delivery.Payload).Header.Batch;
}
