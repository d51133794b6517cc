using Bridge.RabbitMq.Connections;
using Bridge.RabbitMq.Topology;
using Microsoft.Extensions.Logging;

namespace Bridge.RabbitMq.Publishing;

/// <summary>What all publishing connections share.</summary>
/// <param name="Connector">Opens connections.</param>
/// <param name="Topology">What must exist in the broker.</param>
/// <param name="Limits">What has been learned of the broker's limits.</param>
/// <param name="Metrics">Counts.</param>
/// <param name="Log">Changes of state.</param>
/// <param name="Clock">Every wait and every age.</param>
/// <param name="Random">Spreads attempts to connect.</param>
internal sealed record PublishContext(
    IBrokerConnector Connector,
    BrokerTopology Topology,
    MessageLimits Limits,
    PublishMetrics Metrics,
    ILogger Log,
    TimeProvider Clock,
    Random Random)
{
    /// <summary>The broker's options.</summary>
    public RabbitMqOptions Options => Connector.Options;
}
