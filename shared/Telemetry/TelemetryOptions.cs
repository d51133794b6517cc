using System.Globalization;
using Telemetry.Governance;
using Telemetry.Queues;
using Telemetry.Wire;
using static System.FormattableString;

namespace Telemetry;

/// <summary>How a <see cref="TelemetryClient"/> sends.</summary>
public sealed record TelemetryOptions
{
    private const int SmallestAttributeBytes = 64;
    private const int SmallestEventBytes = 4_096;
    private const int DefaultAttributeBytes = 1024 * 1024;
    private const int DefaultEventBytes = 16 * 1024 * 1024;
    private const int SmallestBufferBytes = 64 * 1024;
    private const int DefaultBufferBytes = 32 * 1024 * 1024;

    private static readonly TimeSpan DefaultFlushBudget = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// The queue. Environment: <c>TELEMETRY_QUEUE</c>, <c>TELEMETRY_QUEUE_KIND</c>, <c>TELEMETRY_QUEUE_CONNECTION</c>.
    /// </summary>
    public required QueueEndpoint Queue { get; init; }

    /// <summary>
    /// Member <c>service</c> of every event. Environment: <c>TELEMETRY_SERVICE</c>, else the platform's name of the function.
    /// </summary>
    public string Service { get; init; } = "unknown";

    /// <summary>Member <c>release</c>, left out when null. Environment: <c>TELEMETRY_RELEASE</c>.</summary>
    public string? Release { get; init; }

    /// <summary>Member <c>instance</c>. Default: the platform's name of the instance, else the host name.</summary>
    public string Instance { get; init; } = Environment.MachineName;

    /// <summary>
    /// Encrypts every batch. Environment: <c>TELEMETRY_KEY</c> (<c>kver:base64</c>). Null: batches are not encrypted.
    /// </summary>
    public MasterKey? Key { get; init; }

    /// <summary>
    /// Bytes of events that wait in memory at most; when full, the oldest are dropped and counted. Default 32 MiB. Environment:
    /// <c>TELEMETRY_BUFFER_BYTES</c>, 65,536 or more.
    /// </summary>
    public int BufferBytes { get; init; } = DefaultBufferBytes;

    /// <summary>How long an event waits for further events before it is sent without a flush. Default 1 s.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long <c>SendAsync</c> tries at most. Default 30 s.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the flush at the end of an invocation may take. Default 500 ms; with zero, the background alone sends.
    /// Environment: <c>TELEMETRY_FLUSH_BUDGET_MS</c>.
    /// </summary>
    public TimeSpan FlushBudget { get; init; } = DefaultFlushBudget;

    /// <summary>
    /// Member <c>function</c>: the name of the function within the service; left out when null. Environment:
    /// <c>TELEMETRY_FUNCTION</c>, else the platform's name of the function.
    /// </summary>
    public string? Function { get; init; }

    /// <summary>
    /// Member <c>region</c>, left out when null. Environment: <c>TELEMETRY_REGION</c>, else as the platform gives it.
    /// </summary>
    public string? Region { get; init; }

    /// <summary>Member <c>commit</c>, left out when null. Environment: <c>TELEMETRY_COMMIT</c>.</summary>
    public string? Commit { get; init; }

    /// <summary>
    /// Keys of the current activity's baggage that are added to each event as attributes <c>baggage.KEY</c>. Default none,
    /// because baggage comes from outside. Environment: <c>TELEMETRY_BAGGAGE</c>, keys separated by commas.
    /// </summary>
    public IReadOnlyList<string> Baggage { get; init; } = [];

    /// <summary>
    /// The lowest level of logs that are sent, by category. Default: everything. Environment: <c>TELEMETRY_LEVEL</c>.
    /// </summary>
    public LevelRules Levels { get; init; } = LevelRules.Everything;

    /// <summary>
    /// The share of traces that is kept, from 0 to 1; default 1. The trace's identity decides, so all senders keep the same
    /// traces and a trace is kept whole or not at all. Logs at error and above, failed spans, metrics, audit events and events
    /// without a trace are always kept. Environment: <c>TELEMETRY_SAMPLING_RATIO</c>.
    /// </summary>
    public double SamplingRatio { get; init; } = 1;

    /// <summary>
    /// Which secrets are replaced before an event leaves the process. Environment: <c>TELEMETRY_REDACT</c>,
    /// <c>TELEMETRY_REDACT_NAMES</c>.
    /// </summary>
    public RedactionOptions Redaction { get; init; } = RedactionOptions.Default;

    /// <summary>
    /// The most bytes of one text in an event, 64 or more. A longer text is cut, and <c>…[cut, N bytes]</c> with its full length
    /// is added. Default 1 MiB. Environment: <c>TELEMETRY_ATTRIBUTE_BYTES</c>.
    /// </summary>
    public int AttributeBytes { get; init; } = DefaultAttributeBytes;

    /// <summary>
    /// The most bytes of an event, 4,096 or more. Attributes that do not fit are left out, and <c>droppedAttributes</c> has their
    /// number. Default 16 MiB, which is the limit of the wire format. Environment: <c>TELEMETRY_EVENT_BYTES</c>.
    /// </summary>
    public int EventBytes { get; init; } = DefaultEventBytes;

    /// <summary>
    /// Called with one line about each problem with sending. Default: standard error, which both platforms keep.
    /// </summary>
    // This is a lambda because a method group would open standard error in every process.
    public Action<string> Report { get; init; } = static line => Console.Error.WriteLine(line);

    /// <summary>Reads the options from environment variables.</summary>
    /// <param name="read">Gives a variable's value or null; <see cref="Environment.GetEnvironmentVariable(string)"/> in
    /// production.</param>
    /// <exception cref="FormatException">A variable is missing or wrong; the message names it and the remedy, never a
    /// secret.</exception>
    public static TelemetryOptions FromEnvironment(Func<string, string?> read)
    {
        var url = read("TELEMETRY_QUEUE");
        if (string.IsNullOrWhiteSpace(url))
            throw new FormatException("TELEMETRY_QUEUE is not set: give the queue's URL");
        var (kind, connection) = (read("TELEMETRY_QUEUE_KIND"), read("TELEMETRY_QUEUE_CONNECTION"));
        if (!QueueEndpoint.TryParse(url, kind, connection, out var queue, out var error))
            throw new FormatException($"TELEMETRY_QUEUE: {error}");

        return new TelemetryOptions
        {
            Queue = queue,
            Service = First(read, "TELEMETRY_SERVICE", "AWS_LAMBDA_FUNCTION_NAME", "WEBSITE_SITE_NAME") ?? "unknown",
            Release = First(read, "TELEMETRY_RELEASE"),
            Instance = First(read, "AWS_LAMBDA_LOG_STREAM_NAME", "WEBSITE_INSTANCE_ID", "CONTAINER_NAME")
                ?? Environment.MachineName,
            Key = ReadKey(read("TELEMETRY_KEY")),
            BufferBytes = Read(read, "TELEMETRY_BUFFER_BYTES", text => ParseBytes(text, SmallestBufferBytes), DefaultBufferBytes),
            FlushBudget = ReadBudget(read("TELEMETRY_FLUSH_BUDGET_MS")),
            Function = First(read, "TELEMETRY_FUNCTION", "AWS_LAMBDA_FUNCTION_NAME", "WEBSITE_SITE_NAME"),
            Region = First(read, "TELEMETRY_REGION", "AWS_REGION", "REGION_NAME"),
            Commit = First(read, "TELEMETRY_COMMIT"),
            Baggage = ReadList(read("TELEMETRY_BAGGAGE")),
            Levels = Read(read, "TELEMETRY_LEVEL", LevelRules.Parse, LevelRules.Everything),
            SamplingRatio = Read(read, "TELEMETRY_SAMPLING_RATIO", ParseRatio, 1.0),
            Redaction = Read(
                read,
                "TELEMETRY_REDACT",
                patterns => RedactionOptions.Parse(patterns, read("TELEMETRY_REDACT_NAMES")),
                RedactionOptions.Parse(null, read("TELEMETRY_REDACT_NAMES"))),
            AttributeBytes = Read(
                read, "TELEMETRY_ATTRIBUTE_BYTES", text => ParseBytes(text, SmallestAttributeBytes), DefaultAttributeBytes),
            EventBytes = Read(read, "TELEMETRY_EVENT_BYTES", text => ParseBytes(text, SmallestEventBytes), DefaultEventBytes),
        };
    }

    /// <summary>What these options say about redaction, limits of size and sampling.</summary>
    internal EventGovernor NewGovernor() => new(Redaction, new EventLimits(AttributeBytes, EventBytes), SamplingRatio);

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="ArgumentException">A number is out of its bounds; the message names it.</exception>
    internal static void Check(TelemetryOptions options)
    {
        var problem = options switch
        {
            { SamplingRatio: not (>= 0 and <= 1) } =>
                Invariant($"SamplingRatio is {options.SamplingRatio}: give a share from 0 to 1"),
            { AttributeBytes: < SmallestAttributeBytes } =>
                Invariant($"AttributeBytes is {options.AttributeBytes}: give {SmallestAttributeBytes} or more"),
            { EventBytes: < SmallestEventBytes } =>
                Invariant($"EventBytes is {options.EventBytes}: give {SmallestEventBytes} or more"),
            _ => null,
        };
        if (problem is not null)
            throw new ArgumentException(problem, nameof(options));
    }

    private static T Read<T>(Func<string, string?> read, string name, Func<string, T> parse, T missing)
    {
        var text = read(name);
        if (string.IsNullOrWhiteSpace(text))
            return missing;
        try
        {
            return parse(text);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{name}: {e.Message}", e);
        }
    }

    private static double ParseRatio(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ratio) && ratio <= 1
            ? ratio
            : throw new FormatException($"'{text}' is no share: give a number from 0 to 1");

    private static int ParseBytes(string text, int smallest) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes >= smallest
            ? bytes
            : throw new FormatException(Invariant($"'{text}' is no number of bytes: give {smallest} or more"));

    private static string[] ReadList(string? text) =>
        text?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static MasterKey? ReadKey(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        try
        {
            return MasterKey.Parse(text);
        }
        catch (FormatException e)
        {
            throw new FormatException($"TELEMETRY_KEY: {e.Message}", e);
        }
    }

    private static TimeSpan ReadBudget(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return DefaultFlushBudget;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new FormatException($"TELEMETRY_FLUSH_BUDGET_MS: '{text}' is no number of milliseconds: give 0 or more");
    }

    private static string? First(Func<string, string?> read, params string[] names)
    {
        foreach (var name in names)
        {
            if (read(name) is { Length: > 0 } value)
                return value;
        }

        return null;
    }
}
