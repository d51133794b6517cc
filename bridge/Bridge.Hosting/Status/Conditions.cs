using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Bridge.Core.Reassembly;
using Bridge.Core.Running;
using Bridge.Hosting.Http;
using Bridge.Hosting.Metrics;

namespace Bridge.Hosting.Status;

/// <summary>A problem that the status page shows, in words for people.</summary>
/// <param name="Level"><c>bad</c>: nothing is published; <c>warn</c>: somebody should look at it; <c>info</c>.</param>
/// <param name="Text">The problem.</param>
/// <param name="Meaning">Its consequence, and what to do.</param>
/// <param name="Detail">Its cause in the words of the log; null when the cause is not known.</param>
internal sealed record Condition(string Level, string Text, string Meaning, string? Detail = null);

/// <summary>Finds the present problems, the worst first.</summary>
internal sealed class Conditions(
    IPublisher publisher,
    StuckMessages stuck,
    Readiness readiness,
    Stages stages,
    FlowHistory history,
    AssembleOptions assembling,
    StatusSources sources,
    TimeProvider clock)
{
    private const string Kept = "Events wait in the cloud queues and nothing is lost; the bridge continues automatically.";

    // A publication within this time shows that the broker works.
    private static readonly TimeSpan PublishedLately = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongWait = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan DeadLetterWindow = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Finds the problems. Of those that stop all publishing only the first is returned, since it causes the others.
    /// </summary>
    public IReadOnlyList<Condition> Find(MetricValues values, WatchedBroker broker) =>
        [.. FindStops(values, broker).Take(1), .. FindStuck(), .. FindDelays(values), .. FindDeadLetters()];

    private IEnumerable<Condition> FindStops(MetricValues values, WatchedBroker broker)
    {
        if (stages.Dead is { } dead)
            yield return Bad($"The stage {dead} has ended unexpectedly", "The bridge stops. Start it again; the log says why.");
        if (readiness.WaitsFor is { } reason)
        {
            yield return Bad(
                "The bridge waits before it starts",
                "It starts automatically once the cause is gone. Events wait in the cloud queues.",
                reason);
        }

        if (sources.BlockedReason() is { } blocked)
            yield return Bad("RabbitMQ blocks publishers", $"Free its memory or disk. {Kept}", blocked);
        if (publisher.IsRejected)
        {
            yield return Bad(
                "A queue bound to the exchange rejects messages", $"It is full, or has no leader: make room in it. {Kept}");
        }

        if (!publisher.IsReady)
            yield return Bad("RabbitMQ is not reachable", Kept, sources.PublishingFault() ?? broker.Fault);
        if (stages.Problem is { } problem)
            yield return Bad("Events that arrived in chunks are not assembled", Kept, problem);

        // Under load the broker may answer requests late while it still confirms publications.
        if (broker.Fault is { } fault && !IsPublishing(values))
            yield return Bad("RabbitMQ does not answer", Kept, fault);
    }

    private bool IsPublishing(MetricValues values) =>
        clock.GetUtcNow().ToUnixTimeMilliseconds() / 1_000.0 - values.Max("bridge_last_publish_timestamp_seconds")
            < PublishedLately.TotalSeconds;

    private IEnumerable<Condition> FindStuck() => stuck.Reason is not { } reason ? [] :
    [
        Bad(
            $"{stuck.Count} messages can be neither published nor dead-lettered",
            "Each of them waits and is tried again. Nothing is lost, and other events are published.",
            reason),
    ];

    private IEnumerable<Condition> FindDelays(MetricValues values)
    {
        foreach (var depth in values.Find("bridge_queue_depth").Where(depth => depth.Value < 0))
        {
            yield return Warn(
                $"The depth of the queue {depth.Tag(MessagingAttributes.Destination)} is unknown",
                "The queue may be unreachable, or was not asked yet: the log says which.");
        }

        if (FlowHistory.OldestAge(values) is var age && age > LongWait.TotalSeconds)
        {
            yield return Warn(
                $"The oldest event is {Words(age)} old",
                "The bridge is behind. If the age grows, see operations.md, BridgeOldestEventTooOld.");
        }

        if (values.Max("bridge_incomplete_batches_oldest_age_seconds") is var waited && waited > LongWait.TotalSeconds)
        {
            yield return Warn(
                $"A batch has waited for missing chunks for {Words(waited)}",
                $"After {Words(assembling.Timeout.TotalSeconds)} its chunks become dead letters.");
        }
    }

    private IEnumerable<Condition> FindDeadLetters()
    {
        var dead = history.Samples().TakeLast((int)(DeadLetterWindow / FlowHistory.Interval)).Sum(sample => sample.Dead);
        if (dead > 0)
        {
            yield return Warn(
                $"{dead:#,0} dead letters in the last {Words(DeadLetterWindow.TotalSeconds)}",
                "They are kept with their reason; replay them once the cause is gone.");
        }
    }

    private static Condition Bad(string text, string meaning, string? detail = null) => new("bad", text, meaning, detail);

    private static Condition Warn(string text, string meaning) => new("warn", text, meaning);

    private static string Words(double seconds) => seconds switch
    {
        < 120 => $"{seconds:0} s",
        < 7_200 => $"{seconds / 60:0} minutes",
        _ => $"{seconds / 3_600:0.#} hours",
    };
}
