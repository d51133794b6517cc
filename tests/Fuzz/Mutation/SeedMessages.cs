using Fuzz.Reference;

namespace Fuzz.Mutation;

/// <summary>The messages that fuzzing begins with: those of the page and freshly packed ones.</summary>
internal static class SeedMessages
{
    /// <summary>The texts of each batch's messages.</summary>
    internal static IReadOnlyList<IReadOnlyList<byte[]>> Texts { get; } = [.. WireFormatPage.Vectors, .. PackedBatches.Texts];

    /// <summary>The chunks of each batch, of those texts that are Base64.</summary>
    internal static IReadOnlyList<IReadOnlyList<byte[]>> Chunks { get; } =
    [
        .. Texts.Select(texts => texts.Select(text => ReferenceText.DecodeBase64(text)).OfType<byte[]>().ToList())
            .Where(chunks => chunks.Count > 0),
    ];

    /// <summary>The batches that are one chunk with something behind its header.</summary>
    internal static IEnumerable<byte[]> Whole =>
        Chunks.Where(chunks => chunks is [{ Length: > ReferenceHeader.Size }]).Select(chunks => chunks[0]);
}
