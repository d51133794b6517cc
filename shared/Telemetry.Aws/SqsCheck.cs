using System.Globalization;
using System.Text.Json;
using Amazon.SQS;
using Amazon.SQS.Model;
using Telemetry.Queues;
using static System.FormattableString;

namespace Telemetry.Aws;

/// <summary>
/// Tries each operation that a receiver needs, without changing the queue. It also finds settings with which a queue works but
/// loses or delays events while the broker cannot be reached.
/// </summary>
internal static class SqsCheck
{
    // This is no receipt handle. A caller with the permission gets an error about it; any other caller is denied before.
    private const string NoReceipt = "made-up-by-check";

    // While the broker cannot be reached, a message is delivered about once a minute, at first after 2 s.
    private const long LeastReceives = 50;
    private const long LeastRetention = 24 * 60 * 60;

    private static readonly List<string> Attributes =
        ["ApproximateNumberOfMessages", "RedrivePolicy", "MessageRetentionPeriod", "DelaySeconds"];

    /// <summary>Returns one finding for each operation.</summary>
    public static async Task<IReadOnlyList<QueueFinding>> RunAsync(
        SqsConnection connection, string url, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> warnings = [];
        // A message that this receives becomes visible again at once, but the queue counts one more delivery of it.
        var receive = new ReceiveMessageRequest(url) { MaxNumberOfMessages = 1, VisibilityTimeout = 0, WaitTimeSeconds = 0 };
        var findings = await QueueChecks.RunAsync(
            [
                (SqsOperation.GetQueueAttributes, async () => warnings = [.. Judge((await connection.CallAsync(
                    SqsOperation.GetQueueAttributes,
                    sqs => sqs.GetQueueAttributesAsync(url, Attributes, cancellationToken),
                    cancellationToken)
                    .ConfigureAwait(false)).Answer.Attributes ?? [])]),
                (SqsOperation.ReceiveMessage, () => connection.CallAsync(
                    SqsOperation.ReceiveMessage, sqs => sqs.ReceiveMessageAsync(receive, cancellationToken), cancellationToken)),
                (SqsOperation.ChangeMessageVisibility, () => connection.CallAsync(
                    SqsOperation.ChangeMessageVisibility,
                    sqs => sqs.ChangeMessageVisibilityAsync(url, NoReceipt, 0, cancellationToken),
                    cancellationToken)),
                (SqsOperation.DeleteMessage, () => connection.CallAsync(
                    SqsOperation.DeleteMessage,
                    sqs => sqs.DeleteMessageAsync(url, NoReceipt, cancellationToken),
                    cancellationToken)),
            ],
            isAllowed: failure => SqsFailures.IsLostLease(failure.Code),
            isPermission: failure => SqsFailures.IsAccessDenied(failure.Code)).ConfigureAwait(false);
        return [findings[0] with { Warnings = warnings }, .. findings.Skip(1)];
    }

    // One line with the remedy for each unsuitable setting.
    private static IEnumerable<string> Judge(Dictionary<string, string> attributes)
    {
        if (MaxReceiveCount(attributes.GetValueOrDefault("RedrivePolicy")) is < LeastReceives and var count)
        {
            yield return Invariant($"its RedrivePolicy moves a message away after {count} deliveries,")
                + " which a broker that is away for minutes causes:"
                + " set maxReceiveCount to 200, above Bridge:Receive:MaxDeliveries";
        }

        if (Number(attributes.GetValueOrDefault("MessageRetentionPeriod")) is < LeastRetention and var seconds)
        {
            yield return Invariant($"its MessageRetentionPeriod is {seconds} s: the queue forgets events that waited longer")
                + " while bridge or broker were away; set 345600 (4 days) or more";
        }

        if (Number(attributes.GetValueOrDefault("DelaySeconds")) is > 0 and var delay)
            yield return Invariant($"its DelaySeconds is {delay}: every event arrives that much later; set 0");
    }

    private static long? Number(string? text) =>
        long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long? MaxReceiveCount(string? policy)
    {
        try
        {
            using var json = JsonDocument.Parse(policy ?? "{}");
            return json.RootElement.TryGetProperty("maxReceiveCount"u8, out var count) ? Number(count.ToString()) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
