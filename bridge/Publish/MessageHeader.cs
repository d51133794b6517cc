namespace Bridge.Publish;

/// <summary>A header of an AMQP message: a text or a whole number.</summary>
internal readonly record struct MessageHeader
{
    /// <summary>A text header.</summary>
    public MessageHeader(string name, string value)
    {
        Name = name;
        Text = value;
    }

    /// <summary>A numeric header: a signed 64-bit integer on the wire.</summary>
    public MessageHeader(string name, long value)
    {
        Name = name;
        Number = value;
    }

    /// <summary>At most 255 bytes in UTF-8.</summary>
    public string Name { get; }

    /// <summary>The text, or null when the header is a number.</summary>
    public string? Text { get; }

    /// <summary>The number, when <see cref="Text"/> is null.</summary>
    public long Number { get; }
}
