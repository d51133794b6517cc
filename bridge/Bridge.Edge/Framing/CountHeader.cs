namespace Bridge.Edge.Framing;

/// <summary>What the beginning of a frame is.</summary>
internal enum FrameStart
{
    /// <summary>More bytes must tell.</summary>
    Open,

    /// <summary>A count of the message's bytes stands before it.</summary>
    Counted,

    /// <summary>The message itself: a line.</summary>
    Line,
}

/// <summary>The count before a message (RFC 6587): one to eight digits, the first not 0, and a space.</summary>
internal static class CountHeader
{
    private const int MostDigits = 8;
    private const int MostPriorityDigits = 3;

    /// <summary>Most bytes that are needed to tell.</summary>
    public const int Longest = MostDigits + 1 + 1 + MostPriorityDigits + 1;

    /// <summary>Reads the beginning of a frame.</summary>
    /// <param name="bytes">What has arrived of it.</param>
    /// <param name="needsPriority">
    /// True where lines stand between counted messages: a message must begin with its priority, so that the line
    /// <c>54 &lt;1 minute</c> is no count.
    /// </param>
    /// <param name="length">Bytes of the count and the space.</param>
    /// <param name="count">Bytes of the message.</param>
    public static FrameStart Read(ReadOnlySpan<byte> bytes, bool needsPriority, out int length, out int count)
    {
        (length, count) = (0, 0);
        var digits = 0;
        while (digits < bytes.Length && IsDigit(bytes[digits]))
        {
            if (digits == MostDigits || bytes[0] == (byte)'0')
                return FrameStart.Line;
            count = (10 * count) + bytes[digits++] - '0';
        }

        if (digits == bytes.Length)
            return FrameStart.Open;
        if (digits == 0 || bytes[digits] != (byte)' ')
            return FrameStart.Line;
        length = digits + 1;
        return needsPriority ? ReadPriority(bytes[length..], count) : FrameStart.Counted;
    }

    private static FrameStart ReadPriority(ReadOnlySpan<byte> bytes, int count)
    {
        if (bytes.IsEmpty)
            return FrameStart.Open;
        if (bytes[0] != (byte)'<')
            return FrameStart.Line;
        var end = 1;
        while (end < bytes.Length && end <= MostPriorityDigits && IsDigit(bytes[end]))
            end++;
        if (end == bytes.Length)
            return FrameStart.Open;
        return end > 1 && bytes[end] == (byte)'>' && end < count ? FrameStart.Counted : FrameStart.Line;
    }

    private static bool IsDigit(byte one) => one is >= (byte)'0' and <= (byte)'9';
}
