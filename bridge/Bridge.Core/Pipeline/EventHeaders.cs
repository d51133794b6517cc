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
    /// Events of the batch, refused ones included: with the last part of <c>message_id</c>, from 0, it shows which of them are missing. A
    /// plain event, whose identity names no sender, does not carry it.
    /// </summary>
    public const string Events = "x-telemetry-events";

    // All headers of a message are one frame, which brokers and clients limit to 128 KiB or less.
    private const int AttributeBytes = 16 * 1024;
    private const int NameBytes = 255;

    /// <summary>Headers of a batch's events; built once a batch.</summary>
    /// <param name="origin">Where it came from.</param>
    /// <param name="events">How many events it holds.</param>
    public static ImmutableArray<MessageHeader> Of(BatchOrigin origin, int events) =>
        [new(Source, origin.Source), new(Batch, origin.Batch), new(Events, events)];

    /// <summary>Headers of a plain event: the attributes that its sender gave it are among them, up to 16 KiB of them.</summary>
    public static ImmutableArray<MessageHeader> OfPlain(BatchOrigin origin) =>
        [new(Source, origin.Source), new(Batch, origin.Batch), .. OfAttributes(origin.Attributes)];

    private static IEnumerable<MessageHeader> OfAttributes(IReadOnlyDictionary<string, string> attributes)
    {
        var room = AttributeBytes;
        foreach (var (name, value) in attributes.Where(attribute => !IsReserved(attribute.Key)))
        {
            room -= Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
            if (room >= 0)
                yield return new MessageHeader(name, value);
        }
    }

    // CC and BCC would make the broker route a copy elsewhere; x-death is its account of dead-lettering.
    private static bool IsReserved(string name) => Encoding.UTF8.GetByteCount(name) > NameBytes
        || name is "CC" or "BCC" or "traceparent" or "x-death"
        || name.StartsWith("x-telemetry-", StringComparison.Ordinal)
        || name.StartsWith("x-dead-", StringComparison.Ordinal);
}
