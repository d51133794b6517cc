using Telemetry.Queues;

namespace Telemetry.Aws;

/// <summary>Opens Amazon SQS queues.</summary>
public sealed class SqsQueueConnector : IQueueConnector
{
    /// <inheritdoc/>
    public IQueueSender OpenSender(QueueEndpoint endpoint, TimeProvider clock) => new SqsQueue(endpoint, clock);

    /// <inheritdoc/>
    public IQueueReceiver OpenReceiver(QueueEndpoint endpoint, TimeProvider clock) => new SqsQueue(endpoint, clock);
}
