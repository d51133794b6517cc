using System.Collections.Immutable;
using Bridge.Publish;

namespace Bridge.Deliver;

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

    /// <summary>Headers of a batch's events; built once a batch.</summary>
    /// <param name="origin">Where it came from.</param>
    /// <param name="events">How many events it holds.</param>
    public static ImmutableArray<MessageHeader> Of(BatchOrigin origin, int events) =>
        [.. OfPlain(origin), new(Events, events)];

    /// <summary>Headers of a plain event.</summary>
    public static ImmutableArray<MessageHeader> OfPlain(BatchOrigin origin) => [new(Source, origin.Source), new(Batch, origin.Batch)];
}
