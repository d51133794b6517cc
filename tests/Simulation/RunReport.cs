namespace Simulation;

/// <summary>What one run came to.</summary>
/// <param name="Events">Events sent.</param>
/// <param name="Messages">Queue messages sent.</param>
/// <param name="Duplicates">Events published once more.</param>
/// <param name="DeadLetters">Events and messages in the dead-letter queue.</param>
/// <param name="GivenUp">Chunks of whole batches that were dead-lettered, since others of their batch came too late.</param>
/// <param name="Faults">Things that went wrong.</param>
/// <param name="Took">Simulated time.</param>
/// <param name="Steps">Things that happened.</param>
/// <param name="Fingerprint">Equal for equal runs.</param>
internal sealed record RunReport(
    int Events, int Messages, int Duplicates, int DeadLetters, int GivenUp, int Faults, TimeSpan Took, long Steps, string Fingerprint);
