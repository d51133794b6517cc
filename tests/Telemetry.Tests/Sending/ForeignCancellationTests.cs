using Telemetry.Queues;

namespace Telemetry.Tests.Sending;

public sealed class ForeignCancellationTests
{
    [Fact]
    public async Task A_time_out_inside_the_queues_client_does_not_end_sending_in_the_background()
    {
        var queue = new CancellingQueue();
        Assert.True(QueueEndpoint.TryParse("http://127.0.0.1:1/queue", "sqs", null, out var endpoint, out _));
        var options = new TelemetryOptions { Queue = endpoint, FlushInterval = TimeSpan.FromMilliseconds(10), Report = _ => { } };
        await using var client = new TelemetryClient(options, () => queue, TimeProvider.System);

        client.Send("{\"n\":1}"u8);

        await queue.Taken.WaitAsync(TimeSpan.FromSeconds(10));
    }
}
