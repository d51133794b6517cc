using Telemetry.Aws;
using Telemetry.Azure;
using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>Opens clients for the queues of each cloud.</summary>
internal static class QueueClients
{
    /// <summary>Returns the connector for a kind of queue.</summary>
    public static IQueueConnector ConnectorOf(QueueKind kind) => kind switch
    {
        QueueKind.Azure => new AzureQueueConnector(),
        QueueKind.Sqs => new SqsQueueConnector(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind of queue"),
    };

    /// <summary>Opens a sender for the queue.</summary>
    public static IQueueSender OpenSender(QueueEndpoint queue) =>
        ConnectorOf(queue.Kind).OpenSender(queue, TimeProvider.System);

    /// <summary>Opens a receiver for the queue.</summary>
    public static IQueueReceiver OpenReceiver(QueueEndpoint queue) =>
        ConnectorOf(queue.Kind).OpenReceiver(queue, TimeProvider.System);
}

/// <summary>Opens a receiver for a queue. Tests replace it.</summary>
internal delegate IQueueReceiver OpenReceiver(QueueEndpoint queue);
