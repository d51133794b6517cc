namespace Simulation.Broker;

/// <summary>How the broker misbehaves at present; each a probability a message or call.</summary>
internal sealed record BrokerTroubles
{
    public static BrokerTroubles None { get; } = new();

    /// <summary>A message is nacked: it is not kept.</summary>
    public double Nacked { get; init; }

    /// <summary>A message is kept, but its confirm never comes.</summary>
    public double ConfirmLost { get; init; }

    /// <summary>Keeping a message takes up to a minute.</summary>
    public double ConfirmLate { get; init; }

    /// <summary>A call closes its channel.</summary>
    public double CallRefused { get; init; }
}
