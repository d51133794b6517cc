using System.Reflection;
using Bridge.Core.Diagnostics;
using Bridge.Core.Publishing;
using Bridge.Core.Reassembly;
using Bridge.Core.Running;
using Bridge.Hosting.Metrics;

namespace Bridge.Hosting.Status;

/// <summary>Everything that the status page shows of this moment. Numbers that only rise are totals since the start: the page makes rates of them.</summary>
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

/// <summary>What goes through this replica.</summary>
internal sealed record FlowStatus(
    double Opened, double Published, double InFlight, double InFlightBytes, double Resident, double Duplicates, double OldestAge);

/// <summary>The broker.</summary>
internal sealed record BrokerStatus(
    string Address, string Exchange, bool IsReady, bool IsBlocked, double? Milliseconds, double Outstanding, double Refused, double? LastPublish);

/// <summary>A partition: what all replicas see of it, null while unknown, and what this one holds.</summary>
internal sealed record PartitionStatus(int Number, long? Waiting, long? Consumers, int HeldBatches, long HeldBytes, double? LastHere);

/// <summary>A replica: this one, or one that this one has heard of some seconds ago.</summary>
internal sealed record ReplicaStatus(string Name, bool IsThis, double LastSeen);

/// <summary>Dead letters: those of all replicas that wait, null while unknown, and this one's since its start.</summary>
internal sealed record DeadLetterStatus(long? Waiting, IReadOnlyList<ReasonCount> Reasons);

/// <summary>Dead letters of a reason.</summary>
internal sealed record ReasonCount(string Reason, double Count);

/// <summary>Puts the status together.</summary>
internal sealed class StatusReport(
    MetricsExporter metrics,
    StatusSources sources,
    Conditions conditions,
    KnownReplicas replicas,
    ReplicaName replica,
    AssembleOptions assembling,
    TimeProvider clock)
{
    private static readonly string Version =
        typeof(StatusReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private readonly long _began = clock.GetTimestamp();

    /// <summary>The status now.</summary>
    public BridgeStatus Now()
    {
        var values = metrics.Read();
        var broker = sources.WatchBroker();
        return new BridgeStatus(
            clock.GetUtcNow().ToUnixTimeMilliseconds(),
            replica.Value,
            Version,
            Math.Round(clock.GetElapsedTime(_began).TotalSeconds),
            conditions.Find(values, broker),
            [.. values.Of("bridge_queue_depth").Select(depth => Queue(values, depth))],
            Flow(values),
            Broker(values, broker),
            Partitions(broker),
            Replicas(),
            new DeadLetterStatus(
                broker.Dead?.Waiting,
                [.. values.Of("bridge_dead_letters_total").Where(one => one.Value > 0).OrderByDescending(one => one.Value).Select(one => new ReasonCount(one.Tag("reason")!, one.Value))]));
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

        double Sum(string metric) => values.Of(metric).Where(value => value.Tags.SequenceEqual(depth.Tags)).Sum(value => value.Value);
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
        values.Sum("messaging_client_sent_messages_total") - values.Sum("messaging_client_sent_messages_total", MessagingAttributes.ErrorType, null),
        values.Of("bridge_last_publish_timestamp_seconds") is [var last, ..] ? last.Value : null);

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
                return new PartitionStatus(
                    number, seen?.Waiting, seen?.Consumers, incomplete.Batches, incomplete.Bytes, last is { } at ? (now - at).TotalSeconds : null);
            }),
        ];
    }

    private List<ReplicaStatus> Replicas() =>
    [
        new(replica.Value, IsThis: true, LastSeen: 0),
        .. replicas.All().Where(other => other.Key != replica.Value).OrderByDescending(other => other.Value)
            .Select(other => new ReplicaStatus(other.Key, IsThis: false, Math.Round((clock.GetUtcNow() - other.Value).TotalSeconds))),
    ];
}
