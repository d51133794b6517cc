namespace Simulation.Broker;

/// <summary>Told of what the broker keeps, what it has confirmed to whom, and what it forgets.</summary>
internal interface IBrokerRules
{
    /// <summary>A replica writes a message to a connection.</summary>
    void OnPublishing(BrokerMessage message, string replica);

    /// <summary>A message is in its queue, for good.</summary>
    void OnKept(BrokerMessage message);

    /// <summary>A replica has been told so.</summary>
    void OnConfirmed(BrokerMessage message, string replica);

    /// <summary>A replica was told that a message is not kept.</summary>
    void OnRefused(BrokerMessage message, string replica);

    /// <summary>A chunk was acknowledged and is gone from its partition.</summary>
    void OnAcknowledged(BrokerMessage message, string replica);
}
