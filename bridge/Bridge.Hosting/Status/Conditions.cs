using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Bridge.Core.Reassembly;
using Bridge.Core.Running;
using Bridge.Hosting.Http;
using Bridge.Hosting.Metrics;

namespace Bridge.Hosting.Status;

/// <summary>Something that people should know, in plain words.</summary>
/// <param name="Level"><c>bad</c>: nothing is published; <c>warn</c>: look at it; <c>info</c>.</param>
/// <param name="Text">What is the matter.</param>
/// <param name="Meaning">What follows from it, and what to do.</param>
/// <param name="Detail">Its cause as the log tells it; null where there is no more to say.</param>
internal sealed record Condition(string Level, string Text, string Meaning, string? Detail = null);

/// <summary>Tells what is the matter, the worst first; nothing while all is well.</summary>
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
    private const string Kept = "Events wait in the cloud queues and nothing is lost; the bridge goes on by itself.";
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(15);

    /// <summary>What is the matter now.</summary>
    public IReadOnlyList<Condition> Find(MetricValues values, WatchedBroker broker) =>
        [.. Stopped(values, broker).Take(1), .. Stuck(), .. Behind(values), .. RecentlyDead()];

    private IEnumerable<Condition> Stopped(MetricValues values, WatchedBroker broker)
    {
        if (stages.Dead is { } dead)
            yield return new("bad", $"The stage {dead} has ended by itself", "The bridge ends, and should be started again. The log says why.");
        if (readiness.WaitsFor is { } reason)
            yield return new("bad", "The bridge waits before it starts", "It starts by itself once the cause is gone. Events wait in the cloud queues.", reason);
        if (sources.BlockedReason() is { } blocked)
            yield return new("bad", "RabbitMQ blocks publishers", $"Free its memory or disk. {Kept}", blocked);
        if (publisher.IsRejected)
        {
            yield return new(
                "bad",
                "A queue bound to the exchange rejects messages",
                $"It is full, or has no leader: make room in it. {Kept}");
        }

        if (!publisher.IsReady)
            yield return new("bad", "RabbitMQ is not reachable", Kept, sources.PublishingFault() ?? broker.Fault);

        if (stages.Problem is { } problem)
            yield return new("bad", "Events that came in chunks are not put together", Kept, problem);

        // Under load its answers to questions may be late while it still confirms.
        if (broker.Fault is { } fault && !IsPublishing(values))
            yield return new("bad", "RabbitMQ does not answer", Kept, fault);
    }

    private IEnumerable<Condition> Stuck()
    {
        if (stuck.Reason is { } reason)
        {
            yield return new(
                "bad",
                $"{stuck.Count} messages can be neither published nor dead-lettered",
                "They wait, each by itself, and are tried again; nothing is lost, and other events go on.",
                reason);
        }
    }

    private bool IsPublishing(MetricValues values) =>
        clock.GetUtcNow().ToUnixTimeMilliseconds() / 1_000.0 - values.Max("bridge_last_publish_timestamp_seconds") < Lately.TotalSeconds;

    private IEnumerable<Condition> Behind(MetricValues values)
    {
        foreach (var depth in values.Of("bridge_queue_depth").Where(depth => depth.Value < 0))
            yield return new("warn", $"The queue {depth.Tag(MessagingAttributes.Destination)} does not tell its depth", "It may be out of reach, or be asked only just now: the log says which.");
        if (FlowHistory.OldestAge(values) is var age && age > Late.TotalSeconds)
            yield return new("warn", $"The oldest event is {Words(age)} old", "The bridge is behind. If the age grows, see operations.md, BridgeOldestEventTooOld.");
        if (values.Max("bridge_incomplete_batches_oldest_age_seconds") is var waited && waited > Late.TotalSeconds)
            yield return new("warn", $"A batch has waited for missing chunks for {Words(waited)}", $"After {Words(assembling.Timeout.TotalSeconds)} its chunks become dead letters.");
    }

    private IEnumerable<Condition> RecentlyDead()
    {
        var dead = history.Samples().TakeLast((int)(Recent / FlowHistory.Interval)).Sum(sample => sample.Dead);
        if (dead > 0)
            yield return new("warn", $"{dead:#,0} dead letters in the last {Words(Recent.TotalSeconds)}", "They are kept with their reason; replay them once the cause is gone.");
    }

    private static string Words(double seconds) => seconds switch
    {
        < 120 => $"{seconds:0} s",
        < 7_200 => $"{seconds / 60:0} minutes",
        _ => $"{seconds / 3_600:0.#} hours",
    };
}
