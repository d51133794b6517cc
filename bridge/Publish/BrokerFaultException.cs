namespace Bridge.Publish;

/// <summary>The broker cannot be used, with the reason explained.</summary>
internal sealed class BrokerFaultException(BrokerFault fault, Exception? innerException = null)
    : Exception(fault.Message, innerException)
{
    /// <summary>The explanation.</summary>
    public BrokerFault Fault { get; } = fault;
}
