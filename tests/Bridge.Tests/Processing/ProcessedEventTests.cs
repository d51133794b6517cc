using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text;
using Bridge.Core.Processing.Encryption;
using Bridge.Core.Publishing;
using Bridge.Core.Routing;
using Bridge.Tests.Support;
using Telemetry.Wire;

namespace Bridge.Tests.Processing;

/// <summary>Rules and event keys on the way from a queue to the broker.</summary>
public sealed class ProcessedEventTests
{
    private const string Encrypted = """{"style":"metrics","service":"vault","level":"info","secret":1}""";

    private static readonly RuleOptions[] Rules =
    [
        new RuleOptions { When = "level < info", Drop = true },
        new RuleOptions { When = "style == 'metrics'", Exchange = "metrics", RoutingKey = "m.{service}" },
        new RuleOptions { When = "level >= error", RoutingKey = "alarms" },
    ];

    [Fact]
    public async Task The_first_rule_that_fits_sets_exchange_and_key_or_drops()
    {
        await using var receiver = new RunningReceiver(rules: Rules);
        using var dropped = new DroppedEvents(receiver.Meters);
        receiver.Queue.Put(Messages.Of(
        [
            Messages.Event(0), Messages.Event(1, "debug"), Messages.Event(2, "error"), Encrypted, Messages.Event(4, "trace"),
        ])[0]);

        await receiver.StartAsync();
        await receiver.UntilEmptyAsync();

        Assert.Equal(
            [("telemetry", "logs.orders.info", "0"), ("telemetry", "alarms", "2"), ("metrics", "m.vault", "3")],
            receiver.Publisher.Confirmed.Select(message =>
                (message.Exchange, message.RoutingKey, message.Properties.MessageId.Split('-')[^1])));
        Assert.All(
            receiver.Publisher.Confirmed,
            message => Assert.Equal(5, message.Properties.Headers.Single(header => header.Name == "x-telemetry-events").Number));
        Assert.Equal([2], dropped.Counts);
    }

    [Fact]
    public async Task Dropped_events_are_settled_alone_and_counted_once()
    {
        await using var receiver = new RunningReceiver(rules: Rules);
        using var dropped = new DroppedEvents(receiver.Meters);
        receiver.Publisher.Failures = 2;
        receiver.Queue.Put(Messages.Of([Messages.Event(0, "debug"), Messages.Event(1)])[0]);
        receiver.Queue.Put(Messages.Of([Messages.Event(2, "debug")], sequence: 1)[0]);
        receiver.Queue.Put(Encoding.UTF8.GetBytes(Messages.Event(3, "debug")));

        await receiver.StartAsync();
        await receiver.AdvanceUntilAsync(() => receiver.Queue.Texts.Count == 0);

        Assert.Equal([Messages.Event(1)], receiver.Publisher.Events);
        Assert.Equal([3], dropped.Counts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_encrypted_event_arrives_opened_and_is_routed_by_its_members(bool isPlain)
    {
        await using var receiver = new RunningReceiver(rules: Rules, eventKeys: Keys("1.0"));
        Put(receiver, Sealed.Event("1.0", Sealed.Fernet(EventOpenerTests.Fernet, Encrypted)), isPlain);

        await receiver.StartAsync();
        await receiver.UntilEmptyAsync();

        var message = Assert.Single(receiver.Publisher.Confirmed);
        Assert.Equal(("metrics", "m.vault"), (message.Exchange, message.RoutingKey));
        Assert.Equal(Encrypted, Encoding.UTF8.GetString(message.Body.Span));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_no_key_opens_is_dead_lettered_as_it_came_and_opens_once_the_key_is_there(bool isPlain)
    {
        var json = Sealed.Event("1.0", Sealed.Fernet(EventOpenerTests.Fernet, Encrypted));
        await using var before = new RunningReceiver(eventKeys: Keys("2.0"));
        Put(before, json, isPlain);
        await before.StartAsync();
        await before.UntilEmptyAsync();

        var dead = Assert.Single(before.Publisher.InQueue(BridgeQueues.Dead));
        Assert.Equal(json, Encoding.UTF8.GetString(dead.Body.Span));
        Assert.Equal("undecryptable", dead.Properties.Headers.Single(header => header.Name == "x-dead-reason").Text);
        Assert.DoesNotContain(dead.Properties.Headers, header => header.Name == "x-dead-routing-key");

        // A replay puts such a letter into its queue again.
        await using var after = new RunningReceiver(eventKeys: Keys("1.0"));
        after.Queue.Put(dead.Body.ToArray());
        await after.StartAsync();
        await after.UntilEmptyAsync();
        Assert.Equal([Encrypted], after.Publisher.Events);
    }

    [Fact]
    public async Task An_unroutable_event_of_a_rule_keeps_its_exchange_for_the_replay()
    {
        await using var receiver = new RunningReceiver(rules: Rules);
        receiver.Publisher.Refuse = message => message.Exchange == "metrics" ? PublishRefusalReason.Unroutable : null;
        receiver.Queue.Put(Messages.Of([Encrypted])[0]);

        await receiver.StartAsync();
        await receiver.UntilEmptyAsync();

        var headers = Assert.Single(receiver.Publisher.InQueue(BridgeQueues.Dead)).Properties.Headers;
        Assert.Equal("metrics", headers.Single(header => header.Name == "x-dead-exchange").Text);
        Assert.Equal("m.vault", headers.Single(header => header.Name == "x-dead-routing-key").Text);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[1]")]
    public void What_is_no_event_once_it_is_opened_is_malformed(string content)
    {
        var router = new EventRouter(RoutingKeyTemplate.Parse("a"), CodecLimits.Default, Keys("1.0"));
        var refused = new List<RefusedEvent>();

        var json = Sealed.Event("1.0", Sealed.Fernet(EventOpenerTests.Fernet, content));
        Assert.Empty(router.RoutePlain(Encoding.UTF8.GetBytes(json), refused));

        var only = Assert.Single(refused);
        Assert.Equal(RefusalReason.Malformed, only.Reason);
        Assert.Contains("once opened", only.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void An_event_costs_no_memory_beyond_its_place_in_the_list(bool hasKeys, bool hasRules)
    {
        const int Few = 100;
        const int Many = 10_000;
        var router = new EventRouter(
            RoutingKeyTemplate.Parse("{style}"),
            CodecLimits.Default,
            hasKeys ? Keys("1.0") : null,
            new RoutingRules(hasRules ? Rules : []));

        // The runtime itself may allocate a few bytes meanwhile.
        var each = (Allocated(Many) - Allocated(Few)) / (double)(Many - Few);
        Assert.Equal(Unsafe.SizeOf<RoutedEvent>(), each, tolerance: 0.5);

        long Allocated(int count)
        {
            var lines = Encoding.UTF8.GetBytes(
                string.Concat(Enumerable.Range(0, count).Select(number => Messages.Event(number, "error") + "\n")));
            router.Route(lines, [], []);
            var before = GC.GetAllocatedBytesForCurrentThread();
            router.Route(lines, [], []);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static EventOpener Keys(string version) => EventKeyOptions.CreateOpener(
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [version] = $"fernet:{EventOpenerTests.Fernet}",
            ["9.0"] = $"aes-256-gcm:{EventOpenerTests.Aes}",
        });

    private static void Put(RunningReceiver receiver, string json, bool isPlain) =>
        receiver.Queue.Put(isPlain ? Encoding.UTF8.GetBytes(json) : Messages.Of([json])[0]);

    /// <summary>Sums <c>bridge.rules.dropped</c> of the rules that dropped anything.</summary>
    private sealed class DroppedEvents : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<object, long> _sums = [];

        public DroppedEvents(IMeterFactory meters)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == (object)meters && instrument.Name == "bridge.rules.dropped")
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            {
                lock (_sums)
                    _sums[tags[0].Value!] = _sums.GetValueOrDefault(tags[0].Value!) + value;
            });
            _listener.Start();
        }

        public IEnumerable<long> Counts
        {
            get
            {
                lock (_sums)
                    return [.. _sums.Values.Where(sum => sum > 0)];
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}
