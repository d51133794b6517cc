using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Telemetry.Queues;

namespace Telemetry.Lambda;

/// <summary>Serves a function behind an SQS queue, with <c>ReportBatchItemFailures</c> set on its event source mapping.</summary>
public static class SqsEvents
{
    /// <summary>
    /// Makes a handler of a function that takes one message. What it throws is that message's failure alone: it comes again,
    /// the others are done. When the invocation's time runs out, what is not done yet comes again.
    /// </summary>
    public static LambdaHandler Handler(Func<SqsMessage, CancellationToken, Task> function) =>
        async (invocation, cancellationToken) =>
        {
            var failures = new List<SqsFailure>();
            foreach (var record in Read(invocation).Records)
            {
                if (!await TryAsync(record.ToMessage(invocation.TraceParent), function, cancellationToken).ConfigureAwait(false))
                    failures.Add(new SqsFailure(record.MessageId));
            }

            return JsonSerializer.SerializeToUtf8Bytes(new SqsAnswer(failures), SqsJson.Default.SqsAnswer);
        };

    private static async Task<bool> TryAsync(
        SqsMessage message, Func<SqsMessage, CancellationToken, Task> function, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return false;
        try
        {
            await function(message, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"message {message.Id} failed and comes again: {e}").ConfigureAwait(false);
            return false;
        }
    }

    private static SqsEvent Read(LambdaInvocation invocation)
    {
        try
        {
            return JsonSerializer.Deserialize(invocation.Payload.Span, SqsJson.Default.SqsEvent) ?? throw NoEvent(null);
        }
        catch (JsonException e)
        {
            throw NoEvent(e);
        }
    }

    private static InvalidOperationException NoEvent(JsonException? e) =>
        new($"the event is none of SQS{(e?.Path is { } path ? $" at {path}" : "")}:"
            + " invoke this function by an event source mapping");
}

internal sealed record SqsEvent(IReadOnlyList<SqsRecord> Records);

internal sealed record SqsRecord(
    string MessageId,
    string Body,
    IReadOnlyDictionary<string, string>? Attributes = null,
    IReadOnlyDictionary<string, SqsAttribute>? MessageAttributes = null)
{
    // The sender's own trace before the one that the platform began for the sender's call or for this invocation.
    internal SqsMessage ToMessage(string? invocationTrace) => new(MessageId, Body)
    {
        Delivery = long.TryParse(Find("ApproximateReceiveCount"), CultureInfo.InvariantCulture, out var count) ? count : 1,
        TraceParent = MessageAttributes?.GetValueOrDefault("traceparent")?.StringValue
            ?? XRayTrace.ToTraceParent(Find("AWSTraceHeader"))
            ?? invocationTrace,
    };

    private string? Find(string attribute) => Attributes?.GetValueOrDefault(attribute);
}

internal sealed record SqsAttribute(string? StringValue = null);

internal sealed record SqsAnswer(IReadOnlyList<SqsFailure> BatchItemFailures);

internal sealed record SqsFailure(string ItemIdentifier);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SqsEvent))]
[JsonSerializable(typeof(SqsAnswer))]
internal sealed partial class SqsJson : JsonSerializerContext;

/// <summary>One message of a queue.</summary>
/// <param name="Id">Its identity, the same on every delivery.</param>
/// <param name="Body">Its text.</param>
public sealed record SqsMessage(string Id, string Body)
{
    /// <summary>The how-manieth delivery this is, from 1.</summary>
    public long Delivery { get; init; } = 1;

    /// <summary>
    /// The trace it belongs to, as W3C writes it: the message's attribute <c>traceparent</c>, else the sender's X-Ray trace,
    /// else the invocation's; null where there is none.
    /// </summary>
    public string? TraceParent { get; init; }
}
