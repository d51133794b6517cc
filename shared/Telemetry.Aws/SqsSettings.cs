using System.Globalization;
using System.Text.Json;
using static System.FormattableString;

namespace Telemetry.Aws;

/// <summary>Finds settings of a queue that do not suit telemetry: it works, and loses or delays events in a bad hour.</summary>
internal static class SqsSettings
{
    /// <summary>The attributes that <see cref="Judge"/> looks at.</summary>
    public static readonly string[] Attributes = ["ApproximateNumberOfMessages", "RedrivePolicy", "MessageRetentionPeriod", "DelaySeconds"];

    // While the broker is away a message is delivered about once a minute, from 2 s on.
    private const long LeastReceives = 50;
    private const long LeastRetention = 24 * 60 * 60;

    /// <summary>One line with the remedy for each that does not suit.</summary>
    public static IEnumerable<string> Judge(IReadOnlyDictionary<string, string> attributes)
    {
        if (MaxReceiveCount(attributes.GetValueOrDefault("RedrivePolicy")) is { } count && count < LeastReceives)
        {
            yield return Invariant($"its RedrivePolicy moves a message away after {count} deliveries,")
                + " which a broker that is away for minutes causes: set maxReceiveCount to 200, above"
                + " Bridge:Receive:MaxDeliveries";
        }

        if (Number(attributes, "MessageRetentionPeriod") is { } seconds && seconds < LeastRetention)
        {
            yield return Invariant($"its MessageRetentionPeriod is {seconds} s: the queue forgets events that waited longer")
                + " while bridge or broker were away; set 345600 (4 days) or more";
        }

        if (Number(attributes, "DelaySeconds") is { } delay and > 0)
            yield return Invariant($"its DelaySeconds is {delay}: every event arrives that much later; set 0");
    }

    private static long? Number(IReadOnlyDictionary<string, string> attributes, string name) =>
        attributes.TryGetValue(name, out var text) && long.TryParse(text, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static long? MaxReceiveCount(string? policy)
    {
        if (string.IsNullOrEmpty(policy))
            return null;
        try
        {
            using var json = JsonDocument.Parse(policy);
            return json.RootElement.TryGetProperty("maxReceiveCount"u8, out var count)
                && long.TryParse(count.ToString(), CultureInfo.InvariantCulture, out var number)
                ? number
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
