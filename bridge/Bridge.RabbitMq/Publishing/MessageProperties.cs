using System.Collections.Immutable;
using System.Text;
using Bridge.Core.Publishing;
using RabbitMQ.Client;

namespace Bridge.RabbitMq.Publishing;

/// <summary>
/// Gives the properties of messages the client library's form, for one caller at a time. All messages share one object, because
/// the library has copied it into memory of its own when its publish call returns.
/// </summary>
internal sealed class MessageProperties
{
    private const string TraceParent = "traceparent";

    private readonly BasicProperties _properties = new() { DeliveryMode = DeliveryModes.Persistent };

    // The messages of a batch share their headers: the table is built once a batch.
    private ImmutableArray<MessageHeader> _headers = [];
    private Dictionary<string, object?> _table = new(StringComparer.Ordinal);
    private bool _hasTraceParent;

    /// <summary>The properties of a message, valid until the next call.</summary>
    public BasicProperties From(in OutgoingProperties outgoing)
    {
        _properties.MessageId = outgoing.MessageId;
        _properties.ContentType = outgoing.ContentType;
        _properties.Headers = TableOf(outgoing);
        return _properties;
    }

    private Dictionary<string, object?> TableOf(in OutgoingProperties outgoing)
    {
        if (outgoing.Headers != _headers || (_hasTraceParent && outgoing.TraceParent is null))
            (_headers, _table) = (outgoing.Headers, Build(outgoing.Headers));
        _hasTraceParent = outgoing.TraceParent is not null;
        if (_hasTraceParent)
            _table[TraceParent] = outgoing.TraceParent;
        return _table;
    }

    // Texts are encoded here, so that the library need not do it for each message.
    private static Dictionary<string, object?> Build(ImmutableArray<MessageHeader> headers) =>
        (headers.IsDefault ? [] : headers).ToDictionary(
            header => header.Name,
            header => header.Text is { } text ? Encoding.UTF8.GetBytes(text) : (object?)header.Number,
            StringComparer.Ordinal);
}
