using Bridge.RabbitMq.Connections;
using Telemetry.Queues;

namespace Bridge.Tools;

/// <summary>
/// What the tools need of the bridge's configuration and its clouds. Each is read when a command asks for it: a tool needs no more of the
/// configuration to be right than it uses.
/// </summary>
/// <param name="ReadBroker">The broker's options.</param>
/// <param name="ReadPartitions">Number of chunk queues.</param>
/// <param name="ReadQueues">The configured queues; there may be none.</param>
/// <param name="OpenSender">Opens a sender for a queue.</param>
internal sealed record ToolSettings(
    Func<RabbitMqOptions> ReadBroker,
    Func<int> ReadPartitions,
    Func<IReadOnlyList<QueueEndpoint>> ReadQueues,
    Func<QueueEndpoint, IQueueSender> OpenSender);
