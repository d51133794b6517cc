using Telemetry;
using Telemetry.Queues;

namespace Functions.Tests.Support;

/// <summary>Puts a client over a <see cref="RecordingQueue"/> behind <see cref="TelemetryQueue"/> until it is disposed.</summary>
internal sealed class RecordedTelemetry : IAsyncDisposable
{
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(30);

    private readonly TelemetryClient _client;

    public RecordedTelemetry(QueueLimits? limits = null, TimeSpan? flushBudget = null)
    {
        Queue = new RecordingQueue(limits ?? QueueLimits.Sqs);
        Assert.True(QueueEndpoint.TryParse("http://127.0.0.1:1/recorded", "sqs", null, out var endpoint, out _));
        var options = new TelemetryOptions
        {
            Queue = endpoint,
            Service = "orders",
            Instance = "test",
            FlushInterval = TimeSpan.FromHours(1),
            FlushBudget = flushBudget ?? TestTimeout,
            Report = _ => { },
        };
        TelemetryQueue.Client = _client = new TelemetryClient(options, () => Queue, TimeProvider.System);
    }

    public RecordingQueue Queue { get; }

    public TelemetryStatistics Statistics => _client.Statistics;

    /// <summary>Flushes, and gives all events that the queue has.</summary>
    public async Task<IReadOnlyList<DecodedEvent>> FlushAsync()
    {
        Assert.True((await _client.FlushAsync(TestTimeout)).IsComplete);
        return DecodedEvent.Decode(Queue.Messages);
    }

    public async ValueTask DisposeAsync()
    {
        TelemetryQueue.Client = null;
        Queue.BeforeSend = _ => Task.CompletedTask;
        await _client.DisposeAsync();
    }
}
