namespace Telemetry.Queues;

/// <summary>What a check of one operation found.</summary>
/// <param name="Operation">The cloud's own name of the operation.</param>
/// <param name="Error">Null when it works; else the failure in one line, with the remedy.</param>
public sealed record QueueFinding(string Operation, QueueException? Error)
{
    /// <summary>What works and still does not suit, one line each with the remedy.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
