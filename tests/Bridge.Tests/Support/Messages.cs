using System.Text;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge.Tests.Support;

/// <summary>Texts as a sender makes them.</summary>
internal static class Messages
{
    private static readonly SenderId Sender = new(1_700_000_000_000, 42);

    public static string Event(int number, string level = "info") =>
        $$"""{"style":"logs","service":"orders","level":"{{level}}","number":{{number}}}""";

    /// <summary>The texts of one batch.</summary>
    public static List<byte[]> Of(IEnumerable<string> events, uint sequence = 0, QueueLimits? limits = null, MasterKey? key = null)
    {
        var lines = Encoding.UTF8.GetBytes(string.Concat(events.Select(json => json + "\n")));
        using var batch = new BatchPacker((limits ?? QueueLimits.AzureStorage).MessageBytes, Sender, key).Pack(lines, sequence, out var consumed, out _)!;
        Assert.Equal(lines.Length, consumed);
        return [.. Enumerable.Range(0, batch.MessageCount).Select(index =>
        {
            var text = new byte[batch.MessageLength(index)];
            batch.WriteMessage(index, text);
            return text;
        })];
    }
}
