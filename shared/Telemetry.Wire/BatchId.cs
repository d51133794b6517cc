namespace Telemetry.Wire;

/// <summary>
/// Names a sealed batch: who sent it, the how-manieth of theirs it is, and what is in it. Equal on every redelivery.
/// </summary>
/// <param name="Sender">The sending process.</param>
/// <param name="Sequence">The sender's batch counter, from 0; a gap shows loss.</param>
/// <param name="Digest">See docs/wire-format.md: covers the header's constant part and the whole sealed batch.</param>
public readonly record struct BatchId(SenderId Sender, uint Sequence, ulong Digest)
{
    /// <summary>Sender, sequence and digest, joined by hyphens: the first part of every event's <c>message_id</c>.</summary>
    public override string ToString() => string.Create(null, stackalloc char[64], $"{Sender}-{Sequence}-{Digest:x16}");
}
