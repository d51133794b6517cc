namespace Telemetry.Queues;

/// <summary>Opens a queue of one cloud. Each cloud's library has one with a public parameterless constructor.</summary>
public interface IQueueConnector
{
    /// <summary>A sender for the queue. No request is made before its first use.</summary>
    IQueueSender OpenSender(QueueEndpoint endpoint, TimeProvider clock);

    /// <summary>A receiver for the queue. No request is made before its first use.</summary>
    IQueueReceiver OpenReceiver(QueueEndpoint endpoint, TimeProvider clock);
}
