using System.Text.Json;
using Telemetry.Queues;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Sending;

/// <summary>The bounded buffer under load: nothing is lost uncounted.</summary>
public sealed class BufferingTests
{
    [Fact]
    public async Task A_full_buffer_drops_the_oldest_events()
    {
        await using var test = new TestClient(options => options with { BufferBytes = 100 });
        await test.FailAsync("{}");

        for (var i = 10; i < 60; i++)
            test.Send($$"""{"i":{{i}}}""");

        test.AssertCounted(sent: 0, dropped: 39, waiting: 1 + 11);
        test.Queue.BeforeStoring = _ => Task.CompletedTask;
        await test.FlushedAsync();
        Assert.Equal(
            ["{}", .. Enumerable.Range(49, 11).Select(i => $$"""{"i":{{i}}}""")], test.Events.Take(12), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Room_is_waited_for_until_the_buffer_is_half_empty()
    {
        await using var test = new TestClient(
            options => options with { BufferBytes = 1_000, FlushInterval = TimeSpan.FromDays(1) });
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        test.Queue.BeforeStoring = _ => answer.Task;
        Assert.True(test.Client.WaitForRoomAsync(CancellationToken.None).IsCompletedSuccessfully);

        // The first batch takes what is there and waits for its answer; then the buffer fills again.
        test.Client.Send(WireSamples.Event(600, new Random(1), compressible: false));
        await Eventually.TrueAsync(() => test.Queue.Calls == 1);
        test.Client.Send(WireSamples.Event(600, new Random(2), compressible: false));
        var room = test.Client.WaitForRoomAsync(CancellationToken.None);
        Assert.False(room.IsCompleted);
        using var cancel = new CancellationTokenSource();
        var cancelled = test.Client.WaitForRoomAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        answer.SetResult();
        await room.WaitAsync(Eventually.Patience, TimeProvider.System);
    }

    [Theory]
    [InlineData(32 * 1024 * 1024)]
    [InlineData(20_000)]
    public async Task Every_event_is_sent_or_dropped_whatever_happens_at_once(int bufferBytes)
    {
        const int threads = 4;
        const int each = 5_000;
        await using var test = new TestClient(options => options with { BufferBytes = bufferBytes }, QueueLimits.Sqs);
        var calls = 0;
        test.Queue.BeforeStoring = async _ =>
        {
            await Task.Yield();
            if (Interlocked.Increment(ref calls) % 3 == 0)
                throw TestClient.Failure();
        };
        var flushes = 0;

        var senders = Enumerable.Range(0, threads).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                test.Send($$"""{"thread":{{thread}},"i":{{i}}}""");
                if (i % 500 == 0)
                    Interlocked.Add(ref flushes, (await test.Client.FlushAsync()).IsComplete ? 1 : 0);
                var now = test.Client.Statistics;
                Assert.True(now.Waiting >= 0 && now.Accepted >= now.Sent + now.Dropped);
            }
        }));
        await Task.WhenAll(senders).WaitAsync(Eventually.Patience, TimeProvider.System);
        test.Queue.BeforeStoring = _ => Task.CompletedTask;
        // The background may report drops until it has ended.
        await test.DisposeAsync();

        var statistics = test.Client.Statistics;
        var own = test.Events.Where(json => json.StartsWith("{\"thread\"", StringComparison.Ordinal)).ToList();
        var reports = test.Events.Where(json => json.Contains("were dropped", StringComparison.Ordinal)).ToList();
        Assert.Equal(0, statistics.Waiting);
        Assert.Equal(statistics.Accepted, statistics.Sent + statistics.Dropped);
        Assert.Equal(test.Events.Count, statistics.Sent);
        Assert.Equal(own.Count + reports.Count, test.Events.Count);
        Assert.Equal(own.Count, own.Distinct(StringComparer.Ordinal).Count());
        // A report can be dropped like any event, and is counted then.
        Assert.InRange(statistics.Dropped, (threads * each) - own.Count, long.MaxValue);
        Assert.InRange(reports.Sum(DroppedIn), Math.Sign(statistics.Dropped), statistics.Dropped);
        Assert.True(flushes > 0);
    }

    private static long DroppedIn(string json)
    {
        using var report = JsonDocument.Parse(json);
        return report.RootElement.GetProperty("attributes").GetProperty("dropped").GetInt64();
    }
}
