using System.Globalization;
using static Local.Bench.Entrants;
using static Local.Bench.Metric;

namespace Local.Bench;

/// <summary>Every comparison, in the order of the page.</summary>
internal static class BenchCatalogue
{
    private const string OneBridge = "bridge, 1 process";
    private const string Packed = "bridge, packed";
    private const int MiB = 1024 * 1024;

    private static readonly Metric[] RaceColumns = [Rate, Megabytes, Cpu, BrokerCpu, QueueCpu, Cores, Memory, Allocated];
    private static readonly Metric[] PeerColumns = [Rate, Cpu, Memory];
    private static readonly Metric[] BillColumns = [Calls, Billed, Messages, Wire, CpuSeconds];
    private static readonly Metric[] LatencyColumns = [High, Median, Highest];
    private static readonly int[] Connections = [1, 2, 4];
    private static readonly int[] Polls = [1, 8];
    private static readonly (string Name, string Kind)[] Clouds = [("SQS", "sqs"), ("Azure", "azure")];
    private static readonly int[] Rates = [10, 1_000, 10_000];

    private static readonly Load Small = new(200_000);
    private static readonly Load Ready = Small with { Packing = Packing.None };
    private static readonly Load Plain = new(10_000) { Packing = Packing.Plain };

    // Small enough that a broker of one gigabyte holds them, large enough to take seconds.
    private static readonly (string Size, Load Load)[] Sizes =
    [
        ("200 B", new Load(100_000) { EventBytes = 200 }),
        ("2 KB", new Load(60_000) { EventBytes = 2_000 }),
        ("20 KB", new Load(12_000) { EventBytes = 20_000 }),
        ("200 KB", new Load(1_500) { EventBytes = 200_000 }),
        ("2 MB", new Load(150) { EventBytes = 2_000_000 }),
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Comparison> All { get; } =
    [
        PackedBatches(), Peers(), EventSizes(), Memory16MiB(), Bill(), Latency(),
    ];

    private static Comparison PackedBatches() => new(
        "packed",
        "The broker's limit, and packed batches",
        "The limit is the fastest publisher that plain RabbitMQ.Client allows, with events of 370 bytes that lie ready in its memory; the bridge "
        + "takes the same events, sent through `TelemetryQueue`, out of a queue. Same messages are the publisher's with what the bridge gives each: its "
        + "identity, content type and four headers, which cost the broker. All publish into a quorum queue that nobody consumes.",
        RaceColumns,
        [
            .. Connections.Select(connections => Race.Of(Publisher(connections), Ready, Ceiling(connections))),
            .. Connections.Select(connections => Race.Of(SamePublisher(connections), Ready, Ceiling(connections, isNamed: true))),
            Race.Of(OneBridge, Small, Bridge()),
            Race.Of("bridge, 1 connection", Small, Bridge(connections: 1)),
            Race.Of("bridge, Azure", Small with { Cloud = "azure" }, Bridge()),
            Race.Of("bridge, TLS", Small, Bridge(overTls: true)),
        ])
    {
        Bars =
        [
            new(
                "One bridge process publishes at least 0.9 of the fastest publisher's events/s",
                round => round.Of(OneBridge, Rate) / Connections.Max(connections => round.Of(Publisher(connections), Rate)),
                0.9),
            new(
                "And 0.9 of the fastest that gives its messages the properties that the bridge gives them",
                round => round.Of(OneBridge, Rate) / Connections.Max(connections => round.Of(SamePublisher(connections), Rate)),
                0.9),
            new("It allocates at most 2,048 bytes an event", round => round.Of(OneBridge, Allocated), 2_048, IsCeiling: true),
            new("It stays under 200 MiB", round => round.Of(OneBridge, Memory), 200, IsCeiling: true),
        ],
    };

    private static Comparison Peers() => new(
        "peers",
        "One event a message",
        "What every forwarder can read, from SQS: npm `sqs-consumer` with `amqplib`'s confirm channel and a batch handler, a C# loop that awaits each "
        + "publish, and the bridge, each with 1 and with 8 receive calls at a time. Last the bridge with the same events packed.",
        PeerColumns,
        [
            .. Polls.SelectMany(polls => new[]
            {
                Race.Of($"Node.js, {polls}", Plain, NodeForwarder(polls)),
                Race.Of($"C# loop, {polls}", Plain, AwaitingForwarder(polls)),
                Race.Of($"bridge, {polls}", Plain, Bridge(polls: polls)),
            }),
            Race.Of(Packed, Small, Bridge()),
        ])
    {
        Bars =
        [
            .. Polls.SelectMany(polls => new Bar[]
            {
                new(
                    $"With {polls} at a time the bridge is faster than Node.js",
                    round => round.Ratio($"bridge, {polls}", $"Node.js, {polls}", Rate),
                    1),
                new(
                    $"With {polls} it takes at most 0.6 of its CPU time",
                    round => round.Ratio($"bridge, {polls}", $"Node.js, {polls}", Cpu),
                    0.6,
                    IsCeiling: true),
            }),
        ],
    };

    private static Comparison EventSizes() => new(
        "sizes",
        "Event sizes",
        "The fastest publisher with one connection and one bridge process, on packed events of several sizes.",
        [Megabytes, Rate, Cpu, BrokerCpu, QueueCpu, Cores, Memory],
        [
            .. Sizes.SelectMany(size => new[]
            {
                Race.Of($"publisher, {size.Size}", size.Load with { Packing = Packing.None }, Ceiling(1)),
                Race.Of($"bridge, {size.Size}", size.Load, Bridge()),
            }),
        ])
    {
        Bars =
        [
            .. Sizes[2..].Select(size => new Bar(
                $"With events of {size.Size} the bridge moves at least 0.8 of the publisher's bytes",
                round => round.Ratio($"bridge, {size.Size}", $"publisher, {size.Size}", Megabytes),
                0.8)),
        ],
    };

    private static Comparison Memory16MiB() => new(
        "memory",
        "One event of 16 MiB",
        "Packed events of 370 bytes, without and with one of 16 MiB among them.",
        [Memory, Rate, Allocated],
        [Race.Of("small events", Small, Bridge()), Race.Of(
            "one of 16 MiB among them", Small with { LargeEvent = 16 * MiB - 1_024 }, Bridge())])
    {
        Bars =
        [
            new(
                "It adds at most 3 times its size to the peak, in MiB",
                round => round.Of("one of 16 MiB among them", Memory) - round.Of("small events", Memory),
                48,
                IsCeiling: true),
        ],
    };

    private static Comparison Bill() => new(
        "bill",
        "The queue's bill",
        "All calls of sender and bridge for events of 370 bytes, for a million of them. One a message is sent in the fewest calls that the cloud "
        + "allows: ten messages in one to SQS, one by one to Azure. SQS bills every 64 KiB of messages' text in a call, without the JSON around it. "
        + "Bytes over the wire are those of HTTP bodies.",
        BillColumns,
        [
            Race.Of("SQS, one a message", Plain with { IsMetered = true }, Bridge()),
            Race.Of("SQS, packed", Small with { Events = 300_000, IsMetered = true }, Bridge()),
            Race.Of("Azure, one a message", Plain with { Events = 3_000, IsMetered = true, Cloud = "azure" }, Bridge()),
            Race.Of("Azure, packed", Small with { IsMetered = true, Cloud = "azure" }, Bridge()),
        ])
    {
        Bars =
        [
            new(
                "A million events make at most 360 messages for SQS",
                round => round.Of("SQS, packed", Messages),
                360,
                IsCeiling: true),
            new("And 1,400 for Azure", round => round.Of("Azure, packed", Messages), 1_400, IsCeiling: true),
            new("SQS is called at most a 300th as often", round => round.Ratio("SQS, one a message", "SQS, packed", Calls), 300),
            new("And Azure", round => round.Ratio("Azure, one a message", "Azure, packed", Calls), 300),
        ],
    };

    private static Comparison Latency() => new(
        "latency",
        "From Send to a consumer",
        "A sender that flushes every 50 ms, one bridge, and a consumer of the quorum queue, at a steady number of events a second.",
        LatencyColumns,
        [
            .. Clouds.SelectMany(cloud => Rates.Select(rate => LatencyRun.Of(
                string.Create(CultureInfo.InvariantCulture, $"{cloud.Name}, {rate:N0} events/s"), cloud.Kind, rate))),
        ])
    {
        Bars =
            [new("At 1,000 events/s p99 is under 250 ms", round => round.Of("SQS, 1,000 events/s", High), 250, IsCeiling: true)],
    };

    private static string Publisher(int connections) => $"publisher, {connections} connection{(connections == 1 ? "" : "s")}";

    private static string SamePublisher(int connections) =>
        $"same messages, {connections} connection{(connections == 1 ? "" : "s")}";
}
