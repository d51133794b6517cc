using Telemetry.Events;

namespace Bridge.Edge.Formats;

/// <summary>A JSON object is an event as it is; any other text becomes the message of one.</summary>
internal sealed class LinesFormat : IMessageFormat
{
    public FormatResult Write(in IncomingMessage message, JsonOutput output)
    {
        if (message.IsCut || !ReadyJson.TryWrite(message.Bytes, output))
            EventText.Write(message, output);
        return FormatResult.Event;
    }
}
