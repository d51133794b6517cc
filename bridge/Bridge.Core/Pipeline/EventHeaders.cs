using System.Collections.Immutable;
using System.Text;
using Bridge.Core.Publishing;

namespace Bridge.Core.Pipeline;

/// <summary>The headers that the events of a batch share.</summary>
internal static class EventHeaders
{
    /// <summary>The cloud queue's URL that the batch came from.</summary>
    public const string Source = "x-telemetry-source";

    /// <summary>The batch's identity: the first part of every event's <c>message_id</c>.</summary>
    public const string Batch = "x-telemetry-batch";

    /// <summary>
    /// Number of events in the batch, refused ones included. Together with the last part of <c>message_id</c>, which counts from
    /// 0, it shows which events are missing. A plain event does not have this header.
    /// </summary>
    public const string Events = "x-telemetry-events";

    // All headers of a message share one frame, which brokers and clients limit to 128 KiB or less.
    private const int MaxAttributeBytes = 16 * 1024;
    private const int MaxNameBytes = 255;

    /// <summary>Creates the headers of a batch's events, once for each batch.</summary>
    /// <param name="origin">The batch's origin.</param>
    /// <param name="events">Number of events in the batch.</param>
    public static ImmutableArray<MessageHeader> Create(BatchOrigin origin, int events) =>
        [new(Source, origin.Source), new(Batch, origin.Batch), new(Events, events)];

    /// <summary>Creates the headers of a plain event, which include up to 16 KiB of its message's attributes.</summary>
    public static ImmutableArray<MessageHeader> CreatePlain(BatchOrigin origin) =>
        [new(Source, origin.Source), new(Batch, origin.Batch), .. FromAttributes(origin.Attributes)];

    private static IEnumerable<MessageHeader> FromAttributes(IReadOnlyDictionary<string, string> attributes)
    {
        var room = MaxAttributeBytes;
        foreach (var (name, value) in attributes.Where(attribute => !IsReserved(attribute.Key)))
        {
            room -= Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
            if (room >= 0)
                yield return new MessageHeader(name, value);
        }
    }

    // With CC or BCC the broker would route copies to other queues. It records dead-lettering in x-death.
    private static bool IsReserved(string name) => Encoding.UTF8.GetByteCount(name) > MaxNameBytes
        || name is "CC" or "BCC" or "traceparent" or "x-death"
        || name.StartsWith("x-telemetry-", StringComparison.Ordinal)
        || name.StartsWith("x-dead-", StringComparison.Ordinal);
}
