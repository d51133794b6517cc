using Telemetry.Queues;

namespace Bridge.Receive;

/// <summary>Opens the receiving half of a queue.</summary>
internal delegate IQueueReceiver OpenReceiver(QueueEndpoint queue);
