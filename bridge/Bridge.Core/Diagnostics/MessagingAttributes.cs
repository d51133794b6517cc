using System.Diagnostics;
using System.Diagnostics.Metrics;
using Bridge.Core.Sources;

namespace Bridge.Core.Diagnostics;

/// <summary>Names and values of OpenTelemetry's semantic conventions for messaging, as far as the bridge uses them.</summary>
internal static class MessagingAttributes
{
    /// <summary>
    /// Name of every meter and of the activity source of the bridge. It is one for all its projects: receiving and publishing measure
    /// the same instrument, and collectors tell instruments apart by the name of their meter.
    /// </summary>
    public const string Scope = "Bridge";

    public const string System = "messaging.system";
    public const string Destination = "messaging.destination.name";
    public const string OperationName = "messaging.operation.name";
    public const string OperationType = "messaging.operation.type";
    public const string BatchMessageCount = "messaging.batch.message_count";
    public const string ErrorType = "error.type";

    public const string SentMessages = "messaging.client.sent.messages";
    public const string ConsumedMessages = "messaging.client.consumed.messages";
    public const string OperationDuration = "messaging.client.operation.duration";
    public const string ProcessDuration = "messaging.process.duration";

    public const string RabbitMq = "rabbitmq";

    /// <summary>Bounds for latencies from a millisecond to a minute, in seconds.</summary>
    public static InstrumentAdvice<double> Latencies { get; } = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    /// <summary>Bounds for ages from a tenth of a second to a day, in seconds: a queue may hold events for days.</summary>
    public static InstrumentAdvice<double> Ages { get; } = new()
    {
        HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400, 86_400],
    };

    /// <summary>The instrument of operations, of which receiving and publishing measure their parts.</summary>
    public static Histogram<double> CreateOperationDuration(Meter meter) => meter.CreateHistogram(
        OperationDuration,
        "s",
        "Receive calls, and from writing a message to the broker's confirm: of those one sample an answer, for its oldest message",
        tags: null,
        Latencies);

    /// <summary>The tags that tell a source's measurements from another's.</summary>
    public static TagList TagsOf(SourceName source) => new(
    [
        new(Destination, source.Name),
        new(System, source.System),
    ]);
}
