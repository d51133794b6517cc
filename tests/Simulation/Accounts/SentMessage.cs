using Bridge.Core.Publishing;

namespace Simulation.Accounts;

/// <summary>A queue message that was sent.</summary>
/// <param name="Id">The queue service's name of it.</param>
/// <param name="Text">Its text.</param>
/// <param name="Events">The events of its batch; empty where it is no valid message.</param>
/// <param name="Chunk">Where it is one of several: the chunk in its partition.</param>
internal sealed record SentMessage(string Id, ReadOnlyMemory<byte> Text, IReadOnlyList<SentEvent> Events, Copy? Chunk)
{
    /// <summary>The message as it came, in the dead-letter queue.</summary>
    public Copy Dead { get; } = Copy.Of(BridgeQueues.Dead, Id, Text.Span);

    /// <summary>The chunk out of its partition, in the dead-letter queue.</summary>
    public Copy? DeadChunk { get; } = Chunk is { } chunk ? Copy.Of(BridgeQueues.Dead, chunk.Id, Text.Span) : null;

    /// <summary>True when every message of its batch was sent, and none that contradicts it: it must be published.</summary>
    public bool IsWhole { get; init; } = true;
}
