namespace Bridge.Edge.Listening;

/// <summary>What an intake listens with.</summary>
internal interface IIntakeListener
{
    /// <summary>Where it listens, with the port that the system chose for port 0; known after the start.</summary>
    string Place { get; }

    /// <summary>Binds the address and begins.</summary>
    /// <exception cref="IntakeListenException">Nothing may listen there.</exception>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Takes no more messages, and hands over those that were read.</summary>
    /// <param name="cancellationToken">Ends the wait for those.</param>
    Task StopAsync(CancellationToken cancellationToken);
}

/// <summary>An address on which nothing may listen.</summary>
internal sealed class IntakeListenException(string message) : Exception(message);
