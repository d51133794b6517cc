using Telemetry.Aws;
using Telemetry.Azure;
using Telemetry.Queues;

namespace Bridge.CloudQueues;

/// <summary>The clouds whose queues the bridge knows.</summary>
internal static class QueueClients
{
    /// <summary>What opens queues of a kind.</summary>
    public static IQueueConnector ConnectorOf(QueueKind kind) => kind switch
    {
        QueueKind.Azure => new AzureQueueConnector(),
        QueueKind.Sqs => new SqsQueueConnector(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind of queue"),
    };

    /// <summary>A sender for the queue.</summary>
    public static IQueueSender OpenSender(QueueEndpoint queue) => ConnectorOf(queue.Kind).OpenSender(queue, TimeProvider.System);

    /// <summary>A receiver for the queue.</summary>
    public static IQueueReceiver OpenReceiver(QueueEndpoint queue) => ConnectorOf(queue.Kind).OpenReceiver(queue, TimeProvider.System);
}

/// <summary>Opens the receiving half of a queue.</summary>
internal delegate IQueueReceiver OpenReceiver(QueueEndpoint queue);
