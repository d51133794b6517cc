namespace Bridge.Edge.Configuration;

/// <summary>What an intake's messages are.</summary>
internal enum IntakeFormat
{
    /// <summary>JSON objects and other text.</summary>
    Lines,

    /// <summary>RFC 3164 and RFC 5424.</summary>
    Syslog,

    /// <summary>Syslog over the Reliable Event Logging Protocol, which acknowledges each message.</summary>
    Relp,

    /// <summary>Log records of Python's SocketHandler and DatagramHandler.</summary>
    Pickle,

    /// <summary>Graylog's JSON.</summary>
    Gelf,
}

/// <summary>How an intake's messages arrive.</summary>
internal enum IntakeTransport
{
    Udp,
    Tcp,
    Tls,
    Unix,
    UnixGram,
}

/// <summary>Where a message of a stream ends.</summary>
internal enum StreamFraming
{
    /// <summary>Syslog: a count where there is one, else a line feed or NUL. Other formats: their usual end.</summary>
    Auto,

    /// <summary>At a line feed.</summary>
    Lf,

    /// <summary>At a NUL.</summary>
    Nul,

    /// <summary>After the number of bytes that stands before it (RFC 6587).</summary>
    Octet,
}

/// <summary>When an intake that answers its senders may answer.</summary>
internal enum Acknowledgement
{
    /// <summary>When the spool has the message on disk.</summary>
    Spooled,

    /// <summary>When the broker has confirmed it.</summary>
    Published,
}

/// <summary>When an event keeps the message that it was made from.</summary>
internal enum RawRetention
{
    /// <summary>When its header could not be read.</summary>
    Unparsed,
    Always,
    Never,
}
