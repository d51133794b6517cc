using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Bridge.Core.Reassembly;
using Bridge.Core.Running;
using Bridge.Hosting.Metrics;

namespace Bridge.Hosting.Status;

/// <summary>
/// The present state that the status page shows. Numbers that only rise are totals since the start; the page calculates rates
/// from them.
/// </summary>
internal sealed record BridgeStatus(
    long At,
    string Replica,
    string Version,
    double Uptime,
    IReadOnlyList<Condition> Conditions,
    IReadOnlyList<QueueStatus> Queues,
    FlowStatus Flow,
    BrokerStatus Broker,
    IReadOnlyList<PartitionStatus> Partitions,
    IReadOnlyList<ReplicaStatus> Replicas,
    DeadLetterStatus DeadLetters);

/// <summary>A cloud queue. Ages in seconds.</summary>
internal sealed record QueueStatus(
    string Name, string System, long Depth, double Messages, double Bytes, double OldestWaiting, double OldestInWork);

/// <summary>What passes through this replica.</summary>
internal sealed record FlowStatus(
    double Opened, double Published, double InFlight, double InFlightBytes, double Resident, double Duplicates, double OldestAge);

/// <summary>The broker.</summary>
internal sealed record BrokerStatus(
    string Address,
    string Exchange,
    bool IsReady,
    bool IsBlocked,
    double? Milliseconds,
    double Outstanding,
    double Refused,
    double? LastPublish);

/// <summary>
/// A partition. Messages and consumers of its queue are those of all replicas, null while unknown; the rest is held by this one.
/// </summary>
internal sealed record PartitionStatus(
    int Number, long? Waiting, long? Consumers, int HeldBatches, long HeldBytes, double? LastHere);

/// <summary>This replica, or another one whose chunks arrived here the given number of seconds ago.</summary>
internal sealed record ReplicaStatus(string Name, bool IsThis, double LastSeen);

/// <summary>Dead letters: how many are in the queue, null while unknown, and this replica's by reason since its start.</summary>
internal sealed record DeadLetterStatus(long? Waiting, IReadOnlyList<ReasonCount> Reasons);

/// <summary>Number of dead letters with a reason.</summary>
internal sealed record ReasonCount(string Reason, double Count);

/// <summary>Builds the status.</summary>
internal sealed class StatusReport(
    MetricsExporter metrics,
    StatusSources sources,
    Conditions conditions,
    KnownReplicas replicas,
    ReplicaName replica,
    AssembleOptions assembling,
    TimeProvider clock)
{
    private readonly long _began = clock.GetTimestamp();

    /// <summary>Reads the present status.</summary>
    public BridgeStatus Now()
    {
        var values = metrics.Read();
        var broker = sources.WatchBroker();
        return new BridgeStatus(
            clock.GetUtcNow().ToUnixTimeMilliseconds(),
            replica.Value,
            ProcessMetrics.Version,
            Math.Round(clock.GetElapsedTime(_began).TotalSeconds),
            conditions.Find(values, broker),
            [.. values.Find("bridge_queue_depth").Select(depth => Queue(values, depth))],
            Flow(values),
            Broker(values, broker),
            Partitions(broker),
            Replicas(),
            DeadLetters(values, broker));
    }

    private static QueueStatus Queue(MetricValues values, MetricValue depth)
    {
        var name = depth.Tag(MessagingAttributes.Destination)!;
        return new QueueStatus(
            name,
            depth.Tag(MessagingAttributes.System)!,
            (long)depth.Value,
            Sum("messaging_client_consumed_messages_total"),
            Sum("bridge_received_bytes_total"),
            Math.Round(Sum("bridge_queue_oldest_message_age_seconds"), 1),
            Math.Round(Sum("bridge_oldest_message_age_seconds"), 1));

        double Sum(string metric) =>
            values.Find(metric).Where(value => value.Tags.SequenceEqual(depth.Tags)).Sum(value => value.Value);
    }

    private static FlowStatus Flow(MetricValues values) => new(
        values.Sum("bridge_events_opened_total"),
        values.Sum("bridge_events_published_total"),
        values.Sum("bridge_events_in_flight"),
        values.Sum("bridge_in_flight_bytes"),
        Environment.WorkingSet,
        values.Sum("bridge_duplicates_total"),
        Math.Round(FlowHistory.OldestAge(values), 1));

    private BrokerStatus Broker(MetricValues values, WatchedBroker broker) => new(
        sources.BrokerAddress,
        sources.Exchange,
        values.Max("bridge_broker_ready") > 0,
        values.Max("bridge_broker_blocked") > 0,
        broker.Fault is null ? broker.Milliseconds : null,
        values.Sum("bridge_publish_outstanding"),
        values.Sum("messaging_client_sent_messages_total")
            - values.Sum("messaging_client_sent_messages_total", MessagingAttributes.ErrorType, null),
        values.Find("bridge_last_publish_timestamp_seconds") is [var last, ..] ? last.Value : null);

    private List<PartitionStatus> Partitions(WatchedBroker broker)
    {
        var here = sources.Partitions();
        var now = clock.GetUtcNow();
        return
        [
            .. Enumerable.Range(0, assembling.Partitions).Select(number =>
            {
                var seen = broker.Partitions?[number];
                var (incomplete, last) = number < here.Count ? here[number] : default;
                var lastHere = (now - last)?.TotalSeconds;
                return new PartitionStatus(
                    number, seen?.Waiting, seen?.Consumers, incomplete.Batches, incomplete.Bytes, lastHere);
            }),
        ];
    }

    private List<ReplicaStatus> Replicas() =>
    [
        new(replica.Value, IsThis: true, LastSeen: 0),
        .. replicas.All().Where(other => other.Key != replica.Value).OrderByDescending(other => other.Value)
            .Select(other =>
                new ReplicaStatus(other.Key, IsThis: false, Math.Round((clock.GetUtcNow() - other.Value).TotalSeconds))),
    ];

    private static DeadLetterStatus DeadLetters(MetricValues values, WatchedBroker broker) => new(
        broker.Dead?.Waiting,
        [
            .. values.Find("bridge_dead_letters_total")
                .Where(dead => dead.Value > 0)
                .OrderByDescending(dead => dead.Value)
                .Select(dead => new ReasonCount(dead.Tag("reason")!, dead.Value)),
        ]);
}
