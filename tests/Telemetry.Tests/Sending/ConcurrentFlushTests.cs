using Telemetry.Queues;

namespace Telemetry.Tests.Sending;

/// <summary>A flush is for what was buffered before it, whatever other invocations of the same process do meanwhile.</summary>
public sealed class ConcurrentFlushTests
{
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(10);

    private readonly HoldingQueue _queue = new();

    [Fact]
    public async Task An_event_sent_past_the_buffer_does_not_end_a_flush_before_its_own_events_have_left()
    {
        await using var client = Client();
        client.Send("{\"n\":1}"u8);
        var first = client.FlushAsync(TestTimeout);
        await _queue.Entered.WaitAsync(TestTimeout);
        client.Send("{\"n\":2}"u8);
        var second = client.FlushAsync(TestTimeout);
        await client.SendAsync("{\"n\":3}"u8.ToArray());

        _queue.LetGo();

        Assert.True((await first).IsComplete);
        Assert.True((await second).IsComplete);
        Assert.Equal(new TelemetryStatistics(Accepted: 3, Sent: 3, Dropped: 0, Messages: 3), client.Statistics);
    }

    [Fact]
    public async Task An_event_sent_past_the_buffer_is_none_that_a_flush_left_waiting()
    {
        await using var client = Client();
        var sending = client.SendAsync("{\"n\":1}"u8.ToArray());
        await _queue.Entered.WaitAsync(TestTimeout);

        Assert.True((await client.FlushAsync(TestTimeout)).IsComplete);

        _queue.LetGo();
        await sending.WaitAsync(TestTimeout);
    }

    [Fact]
    public async Task An_event_that_is_too_large_for_the_buffer_is_none_that_a_flush_waits_for()
    {
        await using var client = Client();
        client.Send("{\"n\":1}"u8);
        var first = client.FlushAsync(TestTimeout);
        await _queue.Entered.WaitAsync(TestTimeout);
        client.Send("{\"n\":2}"u8);
        var second = client.FlushAsync(TestTimeout);
        client.Send(System.Text.Encoding.UTF8.GetBytes($"{{\"text\":\"{new string('x', 33 * 1024 * 1024)}\"}}"));

        _queue.LetGo();

        Assert.True((await first).IsComplete);
        Assert.True((await second).IsComplete);
        // The report of the drop may have left with the second event.
        Assert.InRange(client.Statistics.Sent, 2, 3);
        Assert.Equal(1, client.Statistics.Dropped);
    }

    private TelemetryClient Client()
    {
        Assert.True(QueueEndpoint.TryParse("http://127.0.0.1:1/queue", "sqs", null, out var endpoint, out _));
        var options = new TelemetryOptions { Queue = endpoint, FlushInterval = TimeSpan.FromHours(1), Report = _ => { } };
        return new TelemetryClient(options, () => _queue, TimeProvider.System);
    }
}
