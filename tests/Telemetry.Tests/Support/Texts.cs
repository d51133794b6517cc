using Telemetry.Wire;

namespace Telemetry.Tests.Support;

/// <summary>The message texts of a batch.</summary>
internal static class Texts
{
    internal static IReadOnlyList<byte[]> Of(SealedBatch batch) =>
        [.. Enumerable.Range(0, batch.MessageCount).Select(index => Of(batch, index))];

    private static byte[] Of(SealedBatch batch, int index)
    {
        var text = new byte[batch.MessageLength(index)];
        Assert.Equal(text.Length, batch.WriteMessage(index, text));
        return text;
    }
}
