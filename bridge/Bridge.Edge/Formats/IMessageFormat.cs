using Telemetry.Events;

namespace Bridge.Edge.Formats;

/// <summary>What became of a message.</summary>
internal enum FormatResult
{
    /// <summary>An event was written.</summary>
    Event,

    /// <summary>Others must come before there is an event.</summary>
    Incomplete,

    /// <summary>It is not what it should be, and dropped.</summary>
    Unreadable,

    /// <summary>It is larger than the limits allow, and dropped.</summary>
    Oversize,
}

/// <summary>Makes an event of a message. Safe for several threads.</summary>
internal interface IMessageFormat
{
    /// <summary>Writes the event as one JSON object.</summary>
    /// <param name="message">The message.</param>
    /// <param name="output">Empty; takes the event.</param>
    FormatResult Write(in IncomingMessage message, JsonOutput output);
}
