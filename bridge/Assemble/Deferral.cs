namespace Bridge.Assemble;

/// <summary>Chunks of batches that give way to others: they are put at the tail of their partition and come again.</summary>
/// <param name="Number">Travels with them and tells when they have come round.</param>
/// <param name="Chunks">All that are held of these batches.</param>
internal sealed record Deferral(long Number, IReadOnlyList<ChunkDelivery> Chunks);
