namespace Simulation.Queues;

/// <summary>Told of every message that is gone for good.</summary>
internal interface IDeletionRules
{
    /// <param name="message">The message's identity.</param>
    /// <param name="receiver">The replica that deleted it.</param>
    void OnDeleted(string message, string receiver);
}
