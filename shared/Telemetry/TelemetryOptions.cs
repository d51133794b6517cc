using System.Globalization;
using Telemetry.Codec;
using Telemetry.Queues;

namespace Telemetry;

/// <summary>How a <see cref="TelemetryClient"/> sends.</summary>
public sealed record TelemetryOptions
{
    private static readonly TimeSpan DefaultFlushBudget = TimeSpan.FromMilliseconds(500);

    /// <summary>Where to. Environment: <c>TELEMETRY_QUEUE</c>, <c>TELEMETRY_QUEUE_KIND</c>, <c>TELEMETRY_QUEUE_CONNECTION</c>.</summary>
    public required QueueEndpoint Queue { get; init; }

    /// <summary>Member <c>service</c> of every event. Environment: <c>TELEMETRY_SERVICE</c>; else the function's name as the platform gives it.</summary>
    public string Service { get; init; } = "unknown";

    /// <summary>Member <c>release</c>, left out when null. Environment: <c>TELEMETRY_RELEASE</c>.</summary>
    public string? Release { get; init; }

    /// <summary>Member <c>instance</c>. Default: the platform's name of the instance, else the host name.</summary>
    public string Instance { get; init; } = Environment.MachineName;

    /// <summary>Encrypts every batch. Environment: <c>TELEMETRY_KEY</c> (<c>kver:base64</c>). Null: batches are not encrypted.</summary>
    public MasterKey? Key { get; init; }

    /// <summary>Bytes of events that wait in memory at most; when full, the oldest are dropped and counted. Default 32 MiB.</summary>
    public int BufferBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>How long an event waits for company before it is sent without a flush. Default 1 s.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long <c>SendAsync</c> tries at most. Default 30 s.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the flush at an invocation's end may hold the invocation up. Default 500 ms; zero leaves sending to the
    /// background. Environment: <c>TELEMETRY_FLUSH_BUDGET_MS</c>.
    /// </summary>
    public TimeSpan FlushBudget { get; init; } = DefaultFlushBudget;

    /// <summary>Takes one line about trouble with sending. Default: standard error, which both platforms keep.</summary>
    // A lambda, since a method group would open the stream of every process that has nothing to report.
    public Action<string> Report { get; init; } = static line => Console.Error.WriteLine(line);

    /// <summary>Reads the options from environment variables.</summary>
    /// <param name="read">Gives a variable's value or null; <see cref="Environment.GetEnvironmentVariable(string)"/> in production.</param>
    /// <exception cref="FormatException">A variable is missing or wrong; the message names it and the remedy, never a secret.</exception>
    public static TelemetryOptions FromEnvironment(Func<string, string?> read)
    {
        var url = read("TELEMETRY_QUEUE");
        if (string.IsNullOrWhiteSpace(url))
            throw new FormatException("TELEMETRY_QUEUE is not set: give the queue's URL");
        if (!QueueEndpoint.TryParse(url, read("TELEMETRY_QUEUE_KIND"), read("TELEMETRY_QUEUE_CONNECTION"), out var queue, out var error))
            throw new FormatException($"TELEMETRY_QUEUE: {error}");

        return new TelemetryOptions
        {
            Queue = queue,
            Service = First(read, "TELEMETRY_SERVICE", "AWS_LAMBDA_FUNCTION_NAME", "WEBSITE_SITE_NAME") ?? "unknown",
            Release = First(read, "TELEMETRY_RELEASE"),
            Instance = First(read, "AWS_LAMBDA_LOG_STREAM_NAME", "WEBSITE_INSTANCE_ID", "CONTAINER_NAME") ?? Environment.MachineName,
            Key = ReadKey(read("TELEMETRY_KEY")),
            FlushBudget = ReadBudget(read("TELEMETRY_FLUSH_BUDGET_MS")),
        };
    }

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
        return int.TryParse(text, NumberStyles.None, null, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new FormatException($"TELEMETRY_FLUSH_BUDGET_MS: '{text}' is no number of milliseconds: give 0 or more");
    }

    private static string? First(Func<string, string?> read, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (read(name) is { Length: > 0 } value)
                return value;
        }

        return null;
    }
}
