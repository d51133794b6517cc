namespace Simulation.Broker;

/// <summary>The broker closes the channel instead of answering.</summary>
internal sealed class BrokerRefusalException(ushort code, string text) : Exception(text)
{
    public ushort Code => code;
}
