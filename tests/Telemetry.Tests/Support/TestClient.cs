using System.Text;
using System.Text.Json;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Telemetry.Tests.Support;

/// <summary>A client over a queue in memory, and what arrived there.</summary>
internal sealed class TestClient : IAsyncDisposable
{
    private readonly List<string> _reports = [];

    internal TestClient(Func<TelemetryOptions, TelemetryOptions>? change = null, QueueLimits? limits = null)
    {
        Queue = new InMemoryQueueSender(limits ?? QueueLimits.AzureStorage);
        Options =
            new TelemetryOptions { Queue = Endpoint, Service = "orders", Release = "1.2.3", Instance = "i-1", Report = Report };
        Options = change?.Invoke(Options) ?? Options;
        Client = new TelemetryClient(Options, () => Queue, Clock);
    }

    internal static QueueEndpoint Endpoint { get; } =
        QueueEndpoint.TryParse("https://account.queue.core.windows.net/telemetry", null, null, out var endpoint, out var error)
            ? endpoint
            : throw new InvalidOperationException(error);

    internal WatchedTimeProvider Clock { get; } = new();

    internal InMemoryQueueSender Queue { get; }

    internal TelemetryOptions Options { get; }

    internal TelemetryClient Client { get; }

    internal IReadOnlyList<string> Reports
    {
        get
        {
            lock (_reports)
                return [.. _reports];
        }
    }

    /// <summary>Batches that arrived, those that arrived twice included.</summary>
    internal IReadOnlyList<ReceivedBatch> Batches
    {
        get
        {
            using var receiver = new CodecReceiver(new KeyRing(WireSamples.Key), CodecLimits.Default);
            foreach (var text in Queue.Texts)
                receiver.Receive(text);
            Assert.Empty(receiver.Refusals);
            return receiver.Batches;
        }
    }

    /// <summary>Events that arrived, in the order of sending, those that arrived twice once.</summary>
    internal IReadOnlyList<string> Events =>
        [.. Batches.DistinctBy(batch => batch.Id).SelectMany(batch => batch.Events).Select(Encoding.UTF8.GetString)];

    internal JsonElement SingleEvent => JsonDocument.Parse(Assert.Single(Events)).RootElement;

    public ValueTask DisposeAsync() => Client.DisposeAsync();

    internal void Send(string json) => Client.Send(Encoding.UTF8.GetBytes(json));

    /// <summary>
    /// Lets the queue fail and the background see it: it waits for its back-off then, and takes nothing more out of the buffer.
    /// </summary>
    /// <param name="json">The one event that the background took.</param>
    internal async Task FailAsync(string json)
    {
        Queue.BeforeStoring = _ => throw Failure();
        Send(json);
        await Clock.AdvanceToAsync(due => due == Options.FlushInterval);
        await Eventually.TrueAsync(() => Queue.Calls == 1 && Clock.Due is [var due] && due < TimeSpan.FromSeconds(1));
    }

    internal async Task FlushedAsync()
    {
        var result = await Client.FlushAsync();
        Assert.True(result.IsComplete, result.Error);
    }

    /// <summary>Accepted = Sent + Dropped + Waiting, with these numbers.</summary>
    internal void AssertCounted(long sent, long dropped, long waiting)
    {
        var statistics = Client.Statistics;
        Assert.Equal((sent + dropped + waiting, sent, dropped, waiting),
            (statistics.Accepted, statistics.Sent, statistics.Dropped, statistics.Waiting));
    }

    internal static QueueException Failure() =>
        new(new QueueFailure { Queue = Endpoint, Operation = "Put Message", Status = 503, IsTransient = true });

    private void Report(string line)
    {
        lock (_reports)
            _reports.Add(line);
    }
}
