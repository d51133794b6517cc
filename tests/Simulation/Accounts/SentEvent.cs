using Bridge.Core.Publishing;
using Simulation.Broker;

namespace Simulation.Accounts;

/// <summary>An event that was sent.</summary>
/// <param name="Id">The <c>message_id</c> that it must be published with.</param>
/// <param name="Body">The bytes that it must be published with.</param>
internal sealed record SentEvent(string Id, ReadOnlyMemory<byte> Body)
{
    /// <summary>In the exchange's queue.</summary>
    public Copy Published { get; } = Copy.Of(SimulatedBroker.Exchange, Id, Body.Span);

    /// <summary>In the dead-letter queue.</summary>
    public Copy Dead { get; } = Copy.Of(BridgeQueues.Dead, Id, Body.Span);
}
