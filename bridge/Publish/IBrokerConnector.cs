namespace Bridge.Publish;

/// <summary>Opens connections to the company's broker.</summary>
internal interface IBrokerConnector
{
    /// <summary>Where to, as whom.</summary>
    RabbitMqOptions Options { get; }

    /// <summary>Opens a connection.</summary>
    /// <param name="name">Shown in the broker's list of connections.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="BrokerFaultException">It did not come about; the fault says why.</exception>
    Task<BrokerConnection> OpenAsync(string name, CancellationToken cancellationToken);
}
