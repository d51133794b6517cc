using System.Diagnostics;
using System.Diagnostics.Metrics;
using Bridge.Core.Sources;

namespace Bridge.Core.Diagnostics;

/// <summary>The names and values of OpenTelemetry's semantic conventions for messaging that the bridge uses.</summary>
internal static class MessagingAttributes
{
    /// <summary>
    /// Name of the bridge's meters and of its activity source. All projects use the same name, since receiving and publishing
    /// measure the same instrument and collectors identify an instrument also by its meter's name.
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

    /// <summary>Histogram bounds for latencies from a millisecond to a minute, in seconds.</summary>
    public static InstrumentAdvice<double> Latencies { get; } = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    /// <summary>
    /// Histogram bounds for ages from a tenth of a second to a day, in seconds. Events may wait in a queue for days.
    /// </summary>
    public static InstrumentAdvice<double> Ages { get; } = new()
    {
        HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400, 86_400],
    };

    /// <summary>Creates the instrument with which both receiving and publishing measure their operations.</summary>
    public static Histogram<double> CreateOperationDuration(Meter meter) => meter.CreateHistogram(
        OperationDuration,
        "s",
        "Duration of receive calls, and from writing a message to its confirm: one sample for each answer, of its oldest message",
        tags: null,
        Latencies);

    /// <summary>Returns the tags that identify a source's measurements.</summary>
    public static TagList TagsOf(SourceName source) => new(
    [
        new(Destination, source.Name),
        new(System, source.System),
    ]);
}
