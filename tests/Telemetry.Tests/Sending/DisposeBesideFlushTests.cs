using System.Diagnostics;
using Telemetry.Queues;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Sending;

/// <summary>Disposing ends the flushes under way, those that wait for another one included: none waits out its limit.</summary>
public sealed class DisposeBesideFlushTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Flushes_end_with_the_client_whatever_their_limit(int flushes)
    {
        var queue = new InMemoryQueueSender(QueueLimits.Sqs);
        var entered = new TaskCompletionSource();
        queue.BeforeStoring = token =>
        {
            entered.TrySetResult();
            return InMemoryQueueSender.Hang(token);
        };
        var client = Client(queue);
        client.Send("{\"n\":1}"u8);
        var flushing = Enumerable.Range(0, flushes).Select(_ => client.FlushAsync(Limit)).ToList();
        await entered.Task.WaitAsync(TestTimeout);

        await DisposeAsync(client);

        foreach (var result in await Task.WhenAll(flushing).WaitAsync(TestTimeout))
            Assert.False(result.IsComplete);
    }

    [Fact]
    public async Task A_flush_beside_a_dispose_that_empties_the_buffer_is_complete()
    {
        var queue = new InMemoryQueueSender(QueueLimits.Sqs);
        var answer = queue.Hold();
        var client = Client(queue);
        client.Send("{\"n\":1}"u8);
        var first = client.FlushAsync(Limit);
        var second = client.FlushAsync(Limit);
        var disposing = client.DisposeAsync().AsTask();

        answer.SetResult();
        await disposing.WaitAsync(TestTimeout);

        Assert.All(
            await Task.WhenAll(first, second).WaitAsync(TestTimeout), result => Assert.True(result.IsComplete, result.Error));
        Assert.Single(queue.Texts);
    }

    [Fact]
    public async Task A_flush_after_the_dispose_ends_at_once()
    {
        var client = Client(new InMemoryQueueSender(QueueLimits.Sqs) { BeforeStoring = InMemoryQueueSender.Hang });
        client.Send("{\"n\":1}"u8);
        await DisposeAsync(client);
        var began = Stopwatch.GetTimestamp();

        await client.FlushAsync(Limit).WaitAsync(TestTimeout);

        Assert.True(Stopwatch.GetElapsedTime(began) < TestTimeout);
    }

    // A dispose waits for two seconds, of which the clock gives a tenth at a time: far less than the flushes' limit.
    private async Task DisposeAsync(TelemetryClient client)
    {
        var disposing = client.DisposeAsync().AsTask();
        await Eventually.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            return disposing.IsCompleted;
        }, TestTimeout);
        await disposing;
    }

    private TelemetryClient Client(IQueueSender queue) => new(
        new TelemetryOptions
        {
            Queue = TestClient.Endpoint,
            FlushInterval = TimeSpan.FromHours(1),
            SendTimeout = Limit,
            Report = _ => { },
        },
        () => queue,
        _clock);
}
