using Telemetry.Queues;
using Telemetry.Wire;

namespace Harness.Faults;

/// <summary>Makes a sender's messages without sending them.</summary>
internal sealed class BatchWriter(QueueLimits limits, MasterKey? key = null)
{
    private readonly BatchPacker _packer = new(limits.MessageBytes, SenderId.Create(TimeProvider.System), key);
    private uint _sequence;

    /// <summary>The texts of the next batch, one for each chunk.</summary>
    /// <param name="events">They must fit into one batch.</param>
    public byte[][] Write(params IReadOnlyList<byte[]> events)
    {
        var lines = events.SelectMany(json => (byte[])[.. json, (byte)'\n']).ToArray();
        using var batch = _packer.Pack(lines, _sequence++, out var consumed, out _)!;
        if (consumed != lines.Length)
        {
            throw new ArgumentException(
                $"{events.Count} events of {lines.Length} bytes do not fit into one batch: give fewer", nameof(events));
        }

        return [.. Enumerable.Range(0, batch.MessageCount).Select(index =>
        {
            var text = new byte[batch.MessageLength(index)];
            batch.WriteMessage(index, text);
            return text;
        })];
    }
}
