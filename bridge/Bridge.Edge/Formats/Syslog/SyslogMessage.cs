namespace Bridge.Edge.Formats.Syslog;

/// <summary>How the time of a message was found.</summary>
internal enum SyslogTime
{
    /// <summary>It has none: the time of receipt.</summary>
    Received,

    /// <summary>It has date, time and zone.</summary>
    Full,

    /// <summary>It has no zone: that of the settings.</summary>
    ZoneAssumed,

    /// <summary>It has neither year nor zone: the year in which it is nearest to the receipt.</summary>
    YearAssumed,
}

/// <summary>The parts of a syslog message, as slices of it. What is missing is empty.</summary>
internal ref struct SyslogMessage
{
    /// <summary>Facility and severity; -1 without.</summary>
    public int Priority { get; set; }

    /// <summary>False when it has no priority, or a header that breaks the rules.</summary>
    public bool IsParsed { get; set; }

    public DateTimeOffset Timestamp { get; set; }

    public SyslogTime Time { get; set; }

    public ReadOnlySpan<byte> Host { get; set; }

    /// <summary>APP-NAME, or the name in the tag.</summary>
    public ReadOnlySpan<byte> Application { get; set; }

    public ReadOnlySpan<byte> ProcessId { get; set; }

    public ReadOnlySpan<byte> MessageId { get; set; }

    /// <summary>All elements with their brackets; valid.</summary>
    public ReadOnlySpan<byte> StructuredData { get; set; }

    public ReadOnlySpan<byte> Content { get; set; }
}
