using System.Diagnostics;
using Telemetry.Queues;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Sending;

/// <summary>How many queue messages a million events need: what the queue's limits and its bill depend on.</summary>
[Trait("Lane", "full")]
public sealed class MessageFiguresTests(ITestOutputHelper output)
{
    private const int Events = 1_000_000;

    public static TheoryData<string, int, int> Queues => new()
    {
        { nameof(QueueLimits.AzureStorage), QueueLimits.AzureStorage.MessageBytes, 1_400 },
        { nameof(QueueLimits.Sqs), QueueLimits.Sqs.MessageBytes, 360 },
    };

    [Theory]
    [MemberData(nameof(Queues))]
    public async Task A_million_events_need_few_messages(string name, int messageBytes, int most)
    {
        var queue = new CountingQueueSender(new QueueLimits(messageBytes, 1, messageBytes));
        var options = new TelemetryOptions { Queue = TestClient.Endpoint, Report = output.WriteLine };
        await using var client = new TelemetryClient(options, () => queue, TimeProvider.System);
        var clock = Stopwatch.StartNew();

        var bytes = await SendAllAsync(client, new RealisticEvents(seed: 1));
        Assert.True((await client.FlushAsync()).IsComplete);

        var statistics = client.Statistics;
        output.WriteLine(
            $"{name}: {Events:N0} events of {bytes / Events} bytes in {statistics.Messages:N0} messages, {Events / statistics.Messages} each,"
            + $" filled to {100.0 * queue.Bytes / (statistics.Messages * (double)messageBytes):F1} %;"
            + $" {bytes / 1e6 / clock.Elapsed.TotalSeconds:F0} MB/s, Base64 included 1:{(double)bytes / queue.Bytes:F1}");
        Assert.Equal((Events, 0), (statistics.Sent, statistics.Dropped));
        Assert.InRange(bytes / Events, 350, 390);
        Assert.InRange(statistics.Messages, 1, most);
    }

    private static async Task<long> SendAllAsync(TelemetryClient client, RealisticEvents events)
    {
        long bytes = 0;
        for (var sent = 0; sent < Events; sent += 1_000)
        {
            await client.WaitForRoomAsync(CancellationToken.None);
            for (var i = 0; i < 1_000; i++)
                bytes += Send(client, events);
        }

        return bytes;
    }

    private static int Send(TelemetryClient client, RealisticEvents events)
    {
        var json = events.Next();
        client.Send(json);
        return json.Length;
    }

    /// <summary>Accepts everything a moment later and keeps nothing.</summary>
    private sealed class CountingQueueSender(QueueLimits limits) : IQueueSender
    {
        internal long Bytes { get; private set; }

        public ValueTask<QueueLimits> GetLimitsAsync(CancellationToken cancellationToken) => ValueTask.FromResult(limits);

        public async Task SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
        {
            await Task.Yield();
            Assert.All(messages, message => Assert.InRange(message.Length, 1, limits.MessageBytes));
            Bytes += messages.Sum(message => (long)message.Length);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
