using System.Diagnostics.Metrics;
using Bridge.Core.Publishing;
using Bridge.RabbitMq.Connections;
using Bridge.RabbitMq.Publishing;
using Bridge.RabbitMq.Topology;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Tools.DeadLetters;

/// <summary>The bridge's publisher for the length of a command; connects with the first publication.</summary>
internal sealed class CommandPublisher : IPublisher, IAsyncDisposable
{
    // A command ends with an error after this time, since a person waits at the terminal.
    private static readonly TimeSpan NackPatience = TimeSpan.FromSeconds(10);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly BrokerProbe _probe;
    private readonly RabbitPublisher _publisher;
    private bool _started;

    public CommandPublisher(RabbitMqOptions options, int partitions)
    {
        options = options with { WhenRejected = WhenRejected.DeadLetter, DeadLetterAfter = NackPatience };
        var connector = new BrokerConnector(options, TimeProvider.System);
        var topology = new BrokerTopology(options.Exchange, partitions);
        var metrics = new PublishMetrics(_services.GetRequiredService<IMeterFactory>());
        Exchange = options.Exchange;
        _probe = new BrokerProbe(connector, topology);
        _publisher = new RabbitPublisher(connector, topology, metrics, NullLogger<RabbitPublisher>.Instance, TimeProvider.System, Random.Shared);
    }

    /// <summary>The exchange of the options.</summary>
    public string Exchange { get; }

    public bool IsReady => _publisher.IsReady;

    public bool IsRejected => _publisher.IsRejected;

    public long MessageBytes => _publisher.MessageBytes;

    public Task WaitUntilReadyAsync(CancellationToken cancellationToken) => _publisher.WaitUntilReadyAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="BrokerFaultException">The broker lacks something that publishing needs.</exception>
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

    // The publisher itself would try again and again, and not say why.
    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var findings = await _probe.CheckAsync(cancellationToken);
        if (findings.FirstOrDefault(finding => !finding.IsOk)?.Fault is { } fault)
            throw new BrokerFaultException(fault);
        await _publisher.StartAsync(cancellationToken);
        _started = true;
    }
}
