using System.Text;
using Bridge.Core.Publishing;
using Bridge.Core.Reassembly;
using Bridge.Tests.Support;
using Telemetry.Queues;

namespace Bridge.Tests.Assemble;

public sealed class PartitionAssemblyTests
{
    private static readonly QueueLimits SmallMessages = new(1_024, 10, 1_024);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public async Task Many_interleaved_batches_beyond_what_a_consumer_may_hold_all_complete()
    {
        await using var running = new RunningAssembly();
        var batches = Enumerable.Range(0, 400).Select(number => Large(number, chunks: 10)).ToList();
        for (var index = 0; index < 10; index++)
        {
            foreach (var batch in batches)
                running.Partition.Put(batch.Texts[index], seen: Now);
        }

        await running.DrainAsync(Patience);

        Assert.Equal(batches.Select(batch => batch.Event).Order(), running.Publisher.Events.Order());
        Assert.Empty(running.Publisher.InQueue(BridgeQueues.Dead));
        Assert.InRange(running.Partition.MostUnacknowledged, 1_800, 2_000);
        Assert.Equal(0, running.Assembly.Bytes);
    }

    [Fact]
    public async Task Bytes_held_stay_within_the_bound_and_the_batches_complete()
    {
        var options = new AssembleOptions { Partitions = 1, MaxBytes = 8 * 1024 * 1024 };
        await using var running = new RunningAssembly(options);
        var batches = Enumerable.Range(0, 60).Select(number => Large(number, chunks: 6, QueueLimits.AzureStorage)).ToList();
        for (var index = 0; index < 5; index++)
        {
            foreach (var batch in batches)
                running.Partition.Put(batch.Texts[index], Now);
        }

        var delivering = running.Partition.DeliverAsync(running.Assembly, CancellationToken.None);
        await Eventually.TrueAsync(() => running.Publisher.InQueue(running.Partition.Queue).Count > 50, Patience);
        Assert.InRange(running.Assembly.Bytes, 1, options.MaxBytes + (64 * 1024));
        foreach (var batch in batches)
            running.Partition.Put(batch.Texts[5], Now);

        await delivering.WaitAsync(Patience);
        await running.DrainAsync(Patience);
        Assert.Equal(batches.Select(batch => batch.Event).Order(), running.Publisher.Events.Order());
    }

    [Fact]
    public async Task Batches_that_lack_a_chunk_for_good_do_not_keep_others_from_completing()
    {
        await using var running = new RunningAssembly(new AssembleOptions { Partitions = 1, MaxBytes = 8 * 1024 * 1024 });
        var batches = Enumerable.Range(0, 300).Select(number => Large(number, chunks: 3, QueueLimits.AzureStorage)).ToList();
        foreach (var text in batches.SelectMany(batch => batch.Texts.Take(2)))
            running.Partition.Put(text, Now);
        var completed = batches.Where((_, number) => number % 10 == 0).ToList();
        foreach (var batch in completed)
            running.Partition.Put(batch.Texts[2], Now);

        using var stop = new CancellationTokenSource();
        var delivering = running.DrainAsync(stop.Token);
        await Eventually.TrueAsync(() => running.Publisher.Events.Count == completed.Count || delivering.IsFaulted, Patience);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delivering);

        Assert.Equal(completed.Select(batch => batch.Event).Order(), running.Publisher.Events.Order());
        Assert.Empty(running.Publisher.InQueue(BridgeQueues.Dead));
        Assert.InRange(running.Assembly.Prefetch, 150, 180);
        Assert.InRange(running.Partition.MostUnacknowledged, 1, running.Assembly.Prefetch);
    }

    [Fact]
    public async Task Of_more_incomplete_batches_than_there_is_room_for_each_is_given_up_whole()
    {
        var clock = new FakeTimeProvider();
        await using var running = new RunningAssembly(new AssembleOptions { Partitions = 1, MaxBytes = 8 * 1024 * 1024 }, clock);
        var texts = Enumerable.Range(0, 120).SelectMany(number => Large(number, chunks: 3, QueueLimits.AzureStorage).Texts.Take(2)).ToList();
        foreach (var text in texts)
            running.Partition.Put(text, clock.GetUtcNow().ToUnixTimeMilliseconds());

        using var stop = new CancellationTokenSource();
        var delivering = running.DrainAsync(stop.Token);
        await Eventually.TrueAsync(
            () =>
            {
                // Until every chunk has come once, the clock hardly moves: a slow machine must not let a batch expire in halves.
                var haveCome = running.Partition.Deliveries >= (ulong)texts.Count;
                clock.Advance(haveCome ? TimeSpan.FromSeconds(1) : TimeSpan.FromMilliseconds(50));
                running.Assembly.Expire(clock.GetUtcNow());
                return running.Publisher.InQueue(BridgeQueues.Dead).Count >= texts.Count;
            },
            Patience);
        await stop.CancelAsync();
        await Task.WhenAny(delivering).WaitAsync(Patience);

        var dead = running.Publisher.InQueue(BridgeQueues.Dead);
        Assert.Equal(texts.Select(Text).Order(StringComparer.Ordinal), dead.Select(message => Text(message.Body.ToArray())).Order(StringComparer.Ordinal));
        Assert.All(dead, message => Assert.Contains(message.Properties.Headers, header => header is { Name: "x-dead-detail", Text: "have 2 of 3 after 00:10:00" }));
    }

    [Fact]
    public async Task What_has_waited_too_long_is_kept_with_the_chunks_that_came()
    {
        var clock = new FakeTimeProvider();
        await using var running = new RunningAssembly(new AssembleOptions { Partitions = 1, Timeout = TimeSpan.FromMinutes(10) }, clock);
        var batch = Large(1, chunks: 3);
        running.Partition.Put(batch.Texts[2], clock.GetUtcNow().ToUnixTimeMilliseconds());
        running.Partition.Put(batch.Texts[0], clock.GetUtcNow().ToUnixTimeMilliseconds());
        await running.DeliverAsync();

        clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        running.Assembly.Expire(clock.GetUtcNow());
        await running.DeliverAsync();
        Assert.Equal(2, running.Partition.Count);

        clock.Advance(TimeSpan.FromSeconds(1));
        running.Assembly.Expire(clock.GetUtcNow());
        await running.DeliverAsync();
        Assert.Equal(0, running.Partition.Count);
        var dead = running.Publisher.InQueue(BridgeQueues.Dead);
        Assert.Equal([Text(batch.Texts[0]), Text(batch.Texts[2])], dead.Select(message => Text(message.Body.ToArray())).Order(StringComparer.Ordinal));
        Assert.All(dead, message => Assert.Contains(message.Properties.Headers, header => header is { Name: "x-dead-detail", Text: "have 2 of 3 after 00:10:00" }));
    }

    [Fact]
    public async Task Nothing_is_given_up_while_the_broker_may_hold_what_is_missing()
    {
        var clock = new FakeTimeProvider();
        await using var running = new RunningAssembly(new AssembleOptions { Partitions = 1, Timeout = TimeSpan.FromMinutes(10) }, clock);
        running.Partition.Put(Large(1, chunks: 2).Texts[0], clock.GetUtcNow().ToUnixTimeMilliseconds());
        await running.DeliverAsync();
        clock.Advance(TimeSpan.FromMinutes(10));

        var asked = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromSeconds(3));
        running.Assembly.Expire(asked);
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(running.Assembly.HasExpired);
        Assert.Equal(1, running.Partition.Count);

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(running.Assembly.HasExpired);
        running.Assembly.Expire(clock.GetUtcNow());
        await running.DeliverAsync();
        Assert.Equal(0, running.Partition.Count);
    }

    [Fact]
    public async Task A_conflict_keeps_every_chunk_and_publishes_nothing()
    {
        await using var running = new RunningAssembly();
        var batch = Large(1, chunks: 3);
        var altered = Convert.FromBase64String(Text(batch.Texts[0]));
        altered[^1] ^= 1;
        foreach (var text in (byte[][])[batch.Texts[0], Encoding.UTF8.GetBytes(Convert.ToBase64String(altered))])
            running.Partition.Put(text, Now);
        await running.DrainAsync(Patience);

        Assert.Empty(running.Publisher.Events);
        Assert.Equal(2, running.Publisher.InQueue(BridgeQueues.Dead).Count);
    }

    [Fact]
    public async Task Nothing_is_acknowledged_before_the_events_are_confirmed()
    {
        await using var running = new RunningAssembly();
        running.Publisher.HoldAnswers();
        foreach (var text in Large(1, chunks: 3).Texts)
            running.Partition.Put(text, Now);
        await running.Partition.DeliverAsync(running.Assembly, CancellationToken.None);
        await Eventually.TrueAsync(() => running.Publisher.Begun == 1);
        Assert.Equal(3, running.Partition.Count);

        running.Publisher.Answer();
        await Eventually.TrueAsync(() => running.Partition.Count == 0);
    }

    [Fact]
    public async Task A_batch_that_can_be_neither_published_nor_dead_lettered_waits_alone_with_its_chunks()
    {
        var clock = new FakeTimeProvider();
        await using var running = new RunningAssembly(clock: clock);
        running.Publisher.Refuse = message => message.RoutingKey == BridgeQueues.Dead ? PublishRefusalReason.Nacked
            : message.Body.Length > 4 && message.Body.Span[5] == '1' ? PublishRefusalReason.Unroutable : null;
        var (stuck, other) = (Large(1, chunks: 3), Large(2, chunks: 3));
        foreach (var text in (byte[][])[.. stuck.Texts, .. other.Texts])
            running.Partition.Put(text, clock.GetUtcNow().ToUnixTimeMilliseconds());

        await running.Partition.DeliverAsync(running.Assembly, CancellationToken.None);
        await Eventually.TrueAsync(() => running.Stuck.Count == 1 && running.Partition.Count == 3);
        var before = running.Publisher.Begun;
        await AdvanceUntilAsync(() => running.Publisher.Begun >= before + 5);
        Assert.Equal([other.Event], running.Publisher.Events);
        Assert.Equal((3, true), (running.Partition.Count, running.Stuck.Bytes >= stuck.Event.Length));

        running.Publisher.Refuse = message => message.RoutingKey == BridgeQueues.Dead ? null : PublishRefusalReason.Unroutable;
        await AdvanceUntilAsync(() => running.Partition.Count == 0);
        Assert.Equal(stuck.Event, Text(Assert.Single(running.Publisher.InQueue(BridgeQueues.Dead)).Body.ToArray()));

        Task AdvanceUntilAsync(Func<bool> condition) => Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return condition();
        });
    }

    [Fact]
    public async Task A_duplicate_chunk_and_a_batch_that_comes_again_are_dropped()
    {
        await using var running = new RunningAssembly();
        var batch = Large(1, chunks: 3);
        foreach (var text in (byte[][])[batch.Texts[0], batch.Texts[0], batch.Texts[1], batch.Texts[2], .. batch.Texts])
            running.Partition.Put(text, Now);
        await running.DrainAsync(Patience);
        Assert.Equal([batch.Event], running.Publisher.Events);
    }

    [Fact]
    public async Task Chunks_that_are_given_back_come_again_and_complete()
    {
        await using var running = new RunningAssembly();
        var batch = Large(1, chunks: 3);
        running.Partition.Put(batch.Texts[0], Now);
        await running.DeliverAsync();
        await running.Assembly.ReturnAllAsync();
        Assert.True(running.Assembly.IsIdle);

        running.Partition.Put(batch.Texts[1], Now);
        running.Partition.Put(batch.Texts[2], Now);
        await running.DrainAsync(Patience);
        Assert.Equal([batch.Event], running.Publisher.Events);
    }

    [Fact]
    public async Task Chunks_of_an_expiry_that_fails_unexpectedly_go_back()
    {
        var clock = new FakeTimeProvider();
        await using var running = new RunningAssembly(clock: clock);
        running.Publisher.Refuse = message => message.RoutingKey == BridgeQueues.Dead
            ? throw new InvalidOperationException("a defect")
            : null;
        running.Partition.Put(Large(1, chunks: 3).Texts[0], clock.GetUtcNow().ToUnixTimeMilliseconds());
        await running.DeliverAsync();
        clock.Advance(TimeSpan.FromMinutes(10));

        running.Assembly.Expire(clock.GetUtcNow());

        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return running.Partition.Unacknowledged == 0;
        });
        Assert.Equal((1, 0L), (running.Partition.Count, running.Assembly.Bytes));
    }

    [Fact]
    public async Task Leaving_a_partition_gives_back_what_an_expiry_under_way_has_taken_out()
    {
        var clock = new FakeTimeProvider();
        await using var running = new RunningAssembly(clock: clock);
        running.Publisher.Failures = int.MaxValue;
        running.Partition.Put(Large(1, chunks: 3).Texts[0], clock.GetUtcNow().ToUnixTimeMilliseconds());
        await running.DeliverAsync();
        clock.Advance(TimeSpan.FromMinutes(10));
        running.Assembly.Expire(clock.GetUtcNow());
        await Eventually.TrueAsync(() => running.Publisher.Begun > 0);
        Assert.Equal(1, running.Partition.Unacknowledged);

        await running.Assembly.ReturnAllAsync().WaitAsync(Patience);

        Assert.Equal((0, 1), (running.Partition.Unacknowledged, running.Partition.Count));
        running.Publisher.Failures = 0;
        await running.DeliverAsync();
        clock.Advance(TimeSpan.FromMinutes(1));
        running.Assembly.Expire(clock.GetUtcNow());
        await Eventually.TrueAsync(() => running.Publisher.InQueue(BridgeQueues.Dead).Count == 1);
    }

    [Fact]
    public async Task A_deferral_that_failed_forwards_only_what_was_not_confirmed()
    {
        await using var running = new RunningAssembly(new AssembleOptions { Partitions = 1, MaxBytes = 8 * 1024 * 1024 });
        var failures = 3;
        running.Publisher.Refuse = message =>
            message.RoutingKey == running.Partition.Queue
            && running.Publisher.InQueue(running.Partition.Queue).Count % 7 == 6
            && Interlocked.Decrement(ref failures) >= 0
                ? PublishRefusalReason.Nacked
                : null;
        var halves = Enumerable.Range(0, 120)
            .SelectMany(number => Large(number, chunks: 3, QueueLimits.AzureStorage).Texts.Take(2));
        foreach (var text in halves)
            running.Partition.Put(text, Now);

        using var stop = new CancellationTokenSource();
        var delivering = running.DrainAsync(stop.Token);
        await Eventually.TrueAsync(
            () => failures <= 0 && running.Publisher.InQueue(running.Partition.Queue).Count > 30, Patience);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delivering);

        var forwarded = running.Publisher.InQueue(running.Partition.Queue)
            .Select(message => (
                message.Properties.MessageId,
                message.Properties.Headers.Single(header => header.Name == "x-telemetry-deferral").Number))
            .ToList();
        Assert.Equal(forwarded.Distinct().Count(), forwarded.Count);
    }

    private static (string Event, List<byte[]> Texts) Large(int number, int chunks, QueueLimits? limits = null)
    {
        // Random Base64 compresses to three quarters: the slices are the random bytes, and a little.
        var slice = Telemetry.Wire.BatchPacker.SliceBytes((limits ?? SmallMessages).MessageBytes);
        var random = new byte[(slice * (chunks - 1)) + (slice / 3)];
        new Random(number).NextBytes(random);
        var json = $$"""{"n":{{number}},"blob":"{{Convert.ToBase64String(random)}}"}""";
        var texts = Messages.Of([json], (uint)number, limits ?? SmallMessages);
        Assert.Equal(chunks, texts.Count);
        return (json, texts);
    }

    private static string Text(byte[] text) => Encoding.UTF8.GetString(text);
}
