using RabbitMQ.Client;

namespace Simulation.Broker;

/// <summary>A message in the broker.</summary>
/// <param name="Place">The exchange's sink or the queue that it is in.</param>
/// <param name="MessageId">Its identity.</param>
/// <param name="Body">Its own copy.</param>
/// <param name="Properties">Its own copy.</param>
internal sealed record BrokerMessage(string Place, string MessageId, ReadOnlyMemory<byte> Body, BasicProperties Properties);
