using Telemetry.Queues;

namespace Telemetry.Azure;

/// <summary>Opens Azure Storage Queues. Found by its name: <c>Telemetry.Azure.AzureQueueConnector</c>.</summary>
public sealed class AzureQueueConnector : IQueueConnector
{
    /// <inheritdoc/>
    public IQueueSender OpenSender(QueueEndpoint endpoint, TimeProvider clock) => new AzureQueue(endpoint, clock);

    /// <inheritdoc/>
    public IQueueReceiver OpenReceiver(QueueEndpoint endpoint, TimeProvider clock) => new AzureQueue(endpoint, clock);
}
