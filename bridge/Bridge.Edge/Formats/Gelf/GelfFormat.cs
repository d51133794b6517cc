using System.Text.Json;
using Bridge.Edge.Diagnostics;
using Telemetry.Events;
using Telemetry.Wire;

namespace Bridge.Edge.Formats.Gelf;

/// <summary>Makes events of Graylog's JSON, in datagrams also of chunks, compressed or not.</summary>
/// <param name="maxBytes">Most bytes of a message, expanded.</param>
/// <param name="counters">Told of messages whose chunks did not all arrive.</param>
internal sealed class GelfFormat(int maxBytes, IntakeCounters counters) : IMessageFormat
{
    private readonly Lock _gate = new();
    private readonly GelfChunks _chunks = new(maxBytes);

    public FormatResult Write(in IncomingMessage message, JsonOutput output)
    {
        if (message.IsCut)
            return FormatResult.Oversize;
        if (!GelfChunks.IsChunk(message.Bytes))
            return WriteWhole(message, message.Bytes, output);
        var added = Add(message, out var whole);
        return added is FormatResult.Event ? WriteWhole(message, whole, output) : added;
    }

    private FormatResult Add(in IncomingMessage message, out byte[] whole)
    {
        lock (_gate)
        {
            var added = _chunks.Add(message.Bytes, message.Peer.Address, message.ReceivedAt, out whole);
            for (var expired = _chunks.TakeExpired(message.ReceivedAt); expired > 0; expired--)
                counters.CountDropped(DropReason.Unreadable);
            return added;
        }
    }

    private FormatResult WriteWhole(in IncomingMessage message, ReadOnlySpan<byte> bytes, JsonOutput output)
    {
        if (!GelfCompression.IsCompressed(bytes))
            return WriteJson(message, bytes, output);
        var expanded = GelfCompression.Expand(bytes, maxBytes, out var plain);
        return expanded is FormatResult.Event ? WriteJson(message, plain, output) : expanded;
    }

    private static FormatResult WriteJson(in IncomingMessage message, ReadOnlySpan<byte> bytes, JsonOutput output)
    {
        var json = EventJson.Trim(EventText.TrimEnd(bytes));
        if (EventJson.Problem(json) is not null)
            return FormatResult.Unreadable;
        using var document = JsonDocument.Parse(json.ToArray(), new JsonDocumentOptions { MaxDepth = EventJson.MaxDepth });
        GelfEvent.Write(document.RootElement, message, output);
        return FormatResult.Event;
    }
}
