using System.Text.Json;
using System.Text.Json.Serialization;

namespace Telemetry.Lambda;

/// <summary>Serves a function that an EventBridge rule or schedule invokes.</summary>
public static class ScheduledEvents
{
    private static readonly ReadOnlyMemory<byte> Done = "null"u8.ToArray();

    /// <summary>Makes a handler of a function; what it throws fails the invocation, which EventBridge repeats.</summary>
    public static LambdaHandler Handler(Func<ScheduledEvent, CancellationToken, Task> function) =>
        async (invocation, cancellationToken) =>
        {
            await function(
                Read(invocation) with { TraceParent = invocation.TraceParent }, cancellationToken).ConfigureAwait(false);
            return Done;
        };

    private static ScheduledEvent Read(LambdaInvocation invocation)
    {
        try
        {
            return JsonSerializer.Deserialize(invocation.Payload.Span, ScheduledJson.Default.ScheduledEvent)
                ?? throw NoEvent(null);
        }
        catch (JsonException e)
        {
            throw NoEvent(e);
        }
    }

    private static InvalidOperationException NoEvent(JsonException? e) =>
        new($"the event is none of EventBridge{(e?.Path is { } path ? $" at {path}" : "")}:"
            + " invoke this function by a rule or schedule");
}

/// <summary>An event of EventBridge.</summary>
public sealed record ScheduledEvent
{
    /// <summary>The event's identity; a repetition has the same.</summary>
    public string Id { get; init; } = "";

    /// <summary>When it was due; null where the schedule's own input replaced the event.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The rules or schedules that it comes from, as ARNs.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    /// <summary>The trace that the platform began, as W3C writes it; null where it began none.</summary>
    [JsonIgnore]
    public string? TraceParent { get; init; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ScheduledEvent))]
internal sealed partial class ScheduledJson : JsonSerializerContext;
