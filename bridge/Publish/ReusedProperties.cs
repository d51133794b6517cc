using System.Collections.Immutable;
using System.Text;
using RabbitMQ.Client;

namespace Bridge.Publish;

/// <summary>
/// The client library's properties object, filled anew for each message: one an event, with its header dictionary, would be most
/// of what publishing allocates. The library has read it when a publish call completes, so one writer may reuse it.
/// </summary>
internal sealed class ReusedProperties
{
    private const string TraceParent = "traceparent";

    // Never null: the library would allocate a dictionary a message in its place. What messages share is encoded once: for the library
    // bytes are a text already in UTF-8.
    private readonly Dictionary<string, object?> _headers = new(StringComparer.Ordinal);
    private readonly BasicProperties _properties;
    private ImmutableArray<MessageHeader> _shared = [];
    private bool _hasTraceParent;

    public ReusedProperties() =>
        _properties = new BasicProperties { DeliveryMode = DeliveryModes.Persistent, Headers = _headers };

    /// <summary>The properties on the wire; valid until the next call.</summary>
    public BasicProperties Fill(in OutgoingProperties properties)
    {
        _properties.MessageId = properties.MessageId;
        _properties.ContentType = properties.ContentType;
        if (properties.Timestamp is { } timestamp)
            _properties.Timestamp = new AmqpTimestamp(timestamp.ToUnixTimeSeconds());
        else
            _properties.ClearTimestamp();

        FillHeaders(properties);
        return _properties;
    }

    private void FillHeaders(in OutgoingProperties properties)
    {
        if (properties.Headers != _shared || (_hasTraceParent && properties.TraceParent is null))
        {
            _headers.Clear();
            foreach (var header in properties.Headers.IsDefault ? [] : properties.Headers)
                _headers[header.Name] = header.Text is { } text ? Encoding.UTF8.GetBytes(text) : header.Number;
            _shared = properties.Headers;
            _hasTraceParent = false;
        }

        if (properties.TraceParent is null)
            return;

        _headers[TraceParent] = properties.TraceParent;
        _hasTraceParent = true;
    }
}
