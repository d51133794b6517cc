using System.Diagnostics.Metrics;
using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using Bridge.RabbitMq.Publishing;
using Bridge.RabbitMq.Topology;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Tools.DeadLetters;

/// <summary>Runs the bridge's publisher during a command. It connects for the first publication.</summary>
internal sealed class CommandPublisher : IPublisher, IAsyncDisposable
{
    // After this time a nacked message becomes an error, since a person waits at the terminal.
    private static readonly TimeSpan NackTimeout = TimeSpan.FromSeconds(10);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly BrokerProbe _probe;
    private readonly RabbitPublisher _publisher;
    private bool _started;

    public CommandPublisher(RabbitMqOptions options, int partitions)
    {
        options = options with { WhenRejected = WhenRejected.DeadLetter, DeadLetterAfter = NackTimeout };
        var connector = new BrokerConnector(options, TimeProvider.System);
        var topology = new BrokerTopology(options.Exchange, partitions);
        var metrics = new PublishMetrics(_services.GetRequiredService<IMeterFactory>());
        Exchange = options.Exchange;
        _probe = new BrokerProbe(connector, topology);
        _publisher = new RabbitPublisher(
            connector, topology, metrics, NullLogger<RabbitPublisher>.Instance, TimeProvider.System, Random.Shared);
    }

    /// <summary>The configured exchange.</summary>
    public string Exchange { get; }

    public bool IsReady => _publisher.IsReady;

    public bool IsRejected => _publisher.IsRejected;

    public long MessageBytes => _publisher.MessageBytes;

    public Task WaitUntilReadyAsync(CancellationToken cancellationToken) => _publisher.WaitUntilReadyAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="BrokerFaultException">The broker is unreachable, or lacks a queue, exchange or permission.</exception>
    public async Task<IReadOnlyList<PublishRefusal>> PublishAsync(IPublication publication, CancellationToken cancellationToken)
    {
        if (!_started)
            await StartAsync(cancellationToken);
        return await _publisher.PublishAsync(publication, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _publisher.StopAsync(CancellationToken.None);
        _publisher.Dispose();
        await _services.DisposeAsync();
    }

    // The publisher itself would retry without end and without an error, so the probe checks the broker first.
    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var findings = await _probe.CheckAsync(cancellationToken);
        if (findings.FirstOrDefault(finding => !finding.IsOk)?.Fault is { } fault)
            throw new BrokerFaultException(fault);
        await _publisher.StartAsync(cancellationToken);
        _started = true;
    }
}
