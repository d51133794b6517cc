namespace Bridge.Edge.Formats.Syslog;

/// <summary>Reads a text from its front.</summary>
internal ref struct TextCursor(ReadOnlySpan<byte> text)
{
    public ReadOnlySpan<byte> Rest { get; set; } = text;

    public readonly bool IsAtEnd => Rest.IsEmpty;

    /// <summary>Skips the text if it comes next.</summary>
    public bool TrySkip(ReadOnlySpan<byte> expected)
    {
        if (!Rest.StartsWith(expected))
            return false;
        Rest = Rest[expected.Length..];
        return true;
    }

    /// <summary>Reads a number of a few digits.</summary>
    /// <param name="least">Fewest digits.</param>
    /// <param name="most">Most digits; one more is no number.</param>
    /// <param name="value">The number.</param>
    public bool TryReadNumber(int least, int most, out int value)
    {
        value = 0;
        var length = 0;
        while (length < Rest.Length && Rest[length] is >= (byte)'0' and <= (byte)'9')
        {
            if (length == most)
                return false;
            value = (10 * value) + Rest[length++] - '0';
        }

        if (length < least)
            return false;
        Rest = Rest[length..];
        return true;
    }

    /// <summary>Reads up to the next space, which is skipped, or the end.</summary>
    public ReadOnlySpan<byte> ReadWord()
    {
        var end = Rest.IndexOf((byte)' ');
        var word = end < 0 ? Rest : Rest[..end];
        Rest = end < 0 ? default : Rest[(end + 1)..];
        return word;
    }
}
