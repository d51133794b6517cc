using System.Diagnostics.Metrics;
using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using Bridge.RabbitMq.Publishing;
using Bridge.RabbitMq.Topology;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Tests.Publish;

/// <summary>A publisher that has been started, with all that it takes.</summary>
internal sealed class RunningPublisher : IAsyncDisposable
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly RabbitPublisher _publisher;

    private RunningPublisher(RabbitMqOptions options, int partitions)
    {
        Meters = _services.GetRequiredService<IMeterFactory>();
        _publisher = new RabbitPublisher(
            new BrokerConnector(options, TimeProvider.System),
            new BrokerTopology(options.Exchange, partitions),
            new PublishMetrics(Meters),
            Log,
            TimeProvider.System,
            Random.Shared);
    }

    public IPublisher Publisher => _publisher;

    public int OutstandingMessages => _publisher.OutstandingMessages;

    public RecordedLog<RabbitPublisher> Log { get; } = new();

    public IMeterFactory Meters { get; }

    /// <summary>Starts a publisher without waiting for the broker.</summary>
    public static async Task<RunningPublisher> StartAsync(RabbitMqOptions options, int partitions = 1)
    {
        Assert.Empty(options.Validate());
        var running = new RunningPublisher(options, partitions);
        await running._publisher.StartAsync(CancellationToken.None);
        return running;
    }

    /// <summary>Starts a publisher and waits until it is ready.</summary>
    public static async Task<RunningPublisher> StartReadyAsync(RabbitMqOptions options, int partitions = 1)
    {
        var running = await StartAsync(options, partitions);
        await running.UntilReadyAsync();
        return running;
    }

    public async Task UntilReadyAsync()
    {
        using var timeout = new CancellationTokenSource(Timeout);
        await _publisher.WaitUntilReadyAsync(timeout.Token);
    }

    public Task UntilNotReadyAsync() => Eventually.TrueAsync(() => !_publisher.IsReady, Timeout);

    public async Task<IReadOnlyList<PublishRefusal>> PublishAsync(params IEnumerable<OutgoingMessage> messages) =>
        await _publisher.PublishAsync(new ListPublication([.. messages]), CancellationToken.None).WaitAsync(Timeout);

    public Task StopAsync() => _publisher.StopAsync(CancellationToken.None).WaitAsync(Timeout);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _publisher.Dispose();
        await _services.DisposeAsync();
    }
}
