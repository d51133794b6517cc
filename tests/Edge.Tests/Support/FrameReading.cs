using System.Text;
using Bridge.Edge.Framing;

namespace Edge.Tests.Support;

/// <summary>A frame that was read, copied.</summary>
internal sealed record ReadFrame(string Text, long FullLength, bool IsOutOfStep);

/// <summary>Reads whole streams.</summary>
internal static class FrameReading
{
    /// <summary>Gives a reader a stream in parts.</summary>
    /// <param name="frames">The reader.</param>
    /// <param name="stream">All bytes.</param>
    /// <param name="part">Most bytes of the part at a position.</param>
    public static List<ReadFrame> ReadAll(IFrameReader frames, ReadOnlyMemory<byte> stream, Func<int, int> part)
    {
        var read = new List<ReadFrame>();
        for (var at = 0; at < stream.Length;)
        {
            var length = Math.Min(part(at), stream.Length - at);

            // A copy that is overwritten: a frame must not need it later.
            var copy = stream.Slice(at, length).ToArray();
            ReadOnlyMemory<byte> input = copy;
            while (frames.TryRead(ref input, out var frame))
                read.Add(Copy(frame));
            Array.Fill(copy, (byte)'#');
            at += length;
        }

        if (frames.TryEnd(out var last))
            read.Add(Copy(last));
        return read;
    }

    private static ReadFrame Copy(in Frame frame) =>
        new(Encoding.UTF8.GetString(frame.Bytes.Span), frame.FullLength, frame.IsOutOfStep);
}
