using Bridge.RabbitMq.Connections;
using Telemetry.Queues;

namespace Bridge.Tools;

/// <summary>
/// Gives the tools access to the bridge's configuration and its clouds. A command reads only the settings that it uses, so errors
/// in other settings do not stop it.
/// </summary>
/// <param name="ReadBroker">Reads the broker's options.</param>
/// <param name="ReadPartitions">Reads the number of chunk queues.</param>
/// <param name="ReadQueues">Reads the configured queues; there may be none.</param>
/// <param name="OpenSender">Opens a sender for a queue.</param>
internal sealed record ToolSettings(
    Func<RabbitMqOptions> ReadBroker,
    Func<int> ReadPartitions,
    Func<IReadOnlyList<QueueEndpoint>> ReadQueues,
    Func<QueueEndpoint, IQueueSender> OpenSender);
