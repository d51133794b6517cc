using System.Diagnostics.Metrics;
using Bridge.CloudQueues;
using Bridge.Core.Diagnostics;
using Bridge.Hosting.Metrics;
using Bridge.RabbitMq.Publishing;
using Harness.Components;
using Microsoft.Extensions.DependencyInjection;
using Telemetry.Queues;
using Telemetry.Wire;

namespace Bridge.Tests.Diagnostics;

/// <summary>What a scraper reads.</summary>
public sealed class MetricsExporterTests : IDisposable
{
    private const string Sent = """messaging_client_sent_messages_total{messaging_system="rabbitmq",messaging_operation_name="publish"}""";
    private const string Queue = """{messaging_destination_name="queue",messaging_system="azure_storage_queue"}""";

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Meter _meter;
    private readonly MetricsExporter _exporter;

    public MetricsExporterTests()
    {
        _exporter = new MetricsExporter(Factory, TimeProvider.System);
        _meter = Factory.Create(MessagingAttributes.Scope);
    }

    private IMeterFactory Factory => _services.GetRequiredService<IMeterFactory>();

    public void Dispose()
    {
        _exporter.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void The_bridge_s_own_metrics_have_their_names_and_begin_at_zero()
    {
        _ = new PipelineMetrics(Factory, TimeProvider.System);
        _ = new PublishMetrics(Factory);
        var metrics = new QueueMetrics(Factory);
        Assert.True(QueueEndpoint.TryParse("http://127.0.0.1/account/queue", "azure", null, out var queue, out _));
        metrics.Observe(QueueSource.NameOf(queue), () => 17, () => 1.5, () => 2.5);

        var samples = StrictPrometheusText.Read(_exporter.Export());

        foreach (var reason in Enum.GetValues<RefusalReason>())
            Assert.Equal(0, samples[$$"""bridge_dead_letters_total{reason="{{Refusal.CodeOf(reason)}}"}"""]);
        foreach (var counter in new[]
        {
            "bridge_duplicates_total", "bridge_chunks_forwarded_total", "bridge_broker_reconnects_total", "bridge_events_opened_total",
            "bridge_events_published_total", "bridge_opened_bytes_total", Sent, Sent[..^1] + ",error_type=\"unroutable\"}",
        })
        {
            Assert.Equal(0, samples[counter]);
        }

        Assert.Equal(0, samples["bridge_events_in_flight"]);
        Assert.DoesNotContain(samples.Keys, name => name.StartsWith("bridge_last_publish", StringComparison.Ordinal));
        Assert.Equal(0, samples[$"messaging_client_consumed_messages_total{Queue}"]);
        Assert.Equal(0, samples[$"bridge_received_bytes_total{Queue}"]);
        Assert.Equal(17, samples[$"bridge_queue_depth{Queue}"]);
        Assert.Equal(1.5, samples[$"bridge_oldest_message_age_seconds{Queue}"]);
        Assert.Equal(2.5, samples[$"bridge_queue_oldest_message_age_seconds{Queue}"]);
    }

    [Fact]
    public void An_instrument_is_what_its_type_says()
    {
        _meter.CreateCounter<long>("a").Add(1);
        _meter.CreateObservableCounter("b", () => 1);
        _meter.CreateUpDownCounter<int>("c").Add(1);
        _meter.CreateObservableUpDownCounter("d", () => 1);
        _meter.CreateGauge<double>("e").Record(1);
        _meter.CreateObservableGauge("f", () => 1);
        _meter.CreateHistogram<double>("g").Record(1);

        var types = _exporter.Export().Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line[7..]);

        Assert.Equal(
            ["a_total counter", "b_total counter", "c gauge", "d gauge", "e gauge", "f gauge", "g histogram"],
            types.Where(type => type[1] is ' ' or '_').Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_publish_shows_when_it_was_and_how_old_its_batch()
    {
        var clock = new FakeTimeProvider();
        var metrics = new PipelineMetrics(Factory, clock);

        metrics.CountPublished(0, clock.GetUtcNow());
        Assert.DoesNotContain("bridge_last_publish", _exporter.Export(), StringComparison.Ordinal);
        metrics.CountPublished(300, clock.GetUtcNow() - TimeSpan.FromMinutes(90));
        var published = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromMinutes(1));

        var samples = StrictPrometheusText.Read(_exporter.Export());
        Assert.Equal(published.ToUnixTimeMilliseconds() / 1000.0, samples["bridge_last_publish_timestamp_seconds"]);
        Assert.Equal(0, samples["""bridge_batch_age_seconds_bucket{le="3600"}"""]);
        Assert.Equal(1, samples["""bridge_batch_age_seconds_bucket{le="14400"}"""]);
        Assert.Equal(300, samples["bridge_events_published_total"]);
    }

    [Fact]
    public void A_receive_that_fails_says_with_what()
    {
        var metrics = new QueueMetrics(Factory);
        Assert.True(QueueEndpoint.TryParse("http://127.0.0.1/account/queue", "azure", null, out var queue, out _));
        metrics.RecordReceive(QueueSource.NameOf(queue), TimeSpan.FromSeconds(2));
        metrics.RecordReceive(QueueSource.NameOf(queue), TimeSpan.FromSeconds(2), new QueueException(new QueueFailure { Queue = queue, Operation = "Get Messages", Status = 503 }));

        var samples = StrictPrometheusText.Read(_exporter.Export());

        var labels = $"{Queue[..^1]},messaging_operation_name=\"receive\"";
        Assert.Equal(1, samples[$"messaging_client_operation_duration_seconds_count{labels}}}"]);
        Assert.Equal(1, samples[$"messaging_client_operation_duration_seconds_count{labels},error_type=\"503\"}}"]);
    }

    [Fact]
    public void Measurements_of_every_kind_add_up_as_their_kind_does()
    {
        var counter = _meter.CreateCounter<long>("bridge.kind.counter", "{message}", "Counted");
        var upDown = _meter.CreateUpDownCounter<long>("bridge.kind.up.down");
        var gauge = 1.0;
        _meter.CreateObservableGauge("bridge.kind.gauge", () => gauge);
        _meter.CreateObservableCounter("bridge.kind.observed", () => 5L, "By");
        counter.Add(2);
        counter.Add(3);
        upDown.Add(7);
        upDown.Add(-4);
        _exporter.Export();
        gauge = double.NegativeInfinity;

        var samples = StrictPrometheusText.Read(_exporter.Export());

        Assert.Equal(5, samples["bridge_kind_counter_total"]);
        Assert.Equal(3, samples["bridge_kind_up_down"]);
        Assert.Equal(double.NegativeInfinity, samples["bridge_kind_gauge"]);
        Assert.Equal(5, samples["bridge_kind_observed_bytes_total"]);
    }

    [Fact]
    public void A_histogram_is_cumulative_and_its_parts_agree()
    {
        var histogram = _meter.CreateHistogram<double>("bridge.some.latency", "s", "How long");
        foreach (var seconds in new[] { 0.0004, 0.001, 0.0011, 0.3, 1_000 })
            histogram.Record(seconds);

        var samples = StrictPrometheusText.Read(_exporter.Export());

        Assert.Equal(2, samples["""bridge_some_latency_seconds_bucket{le="0.001"}"""]);
        Assert.Equal(3, samples["""bridge_some_latency_seconds_bucket{le="0.0025"}"""]);
        Assert.Equal(4, samples["""bridge_some_latency_seconds_bucket{le="60"}"""]);
        Assert.Equal(5, samples["""bridge_some_latency_seconds_bucket{le="+Inf"}"""]);
        Assert.Equal(5, samples["bridge_some_latency_seconds_count"]);
        Assert.Equal(1_000.3025, samples["bridge_some_latency_seconds_sum"], 6);
    }

    [Fact]
    public void Labels_and_help_are_escaped()
    {
        var counter = _meter.CreateCounter<long>("bridge.escaped", description: "back\\slash and\nline");
        counter.Add(1, new KeyValuePair<string, object?>("a-queue", "quote\" back\\slash line\nend"), new KeyValuePair<string, object?>("number", 7));

        var text = _exporter.Export();

        StrictPrometheusText.Read(text);
        Assert.Contains("# HELP bridge_escaped_total back\\\\slash and\\nline\n", text, StringComparison.Ordinal);
        Assert.Contains("bridge_escaped_total{a_queue=\"quote\\\" back\\\\slash line\\nend\",number=\"7\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_instruments_of_one_name_are_one_family()
    {
        foreach (var queue in new[] { "a", "b" })
            _meter.CreateObservableGauge("bridge.shared", () => new Measurement<long>(1, new KeyValuePair<string, object?>("queue", queue)));

        var samples = StrictPrometheusText.Read(_exporter.Export());

        Assert.Equal(1, samples["""bridge_shared{queue="a"}"""]);
        Assert.Equal(1, samples["""bridge_shared{queue="b"}"""]);
    }

    [Fact]
    public void Other_meters_are_not_exported()
    {
        using var others = new ServiceCollection().AddMetrics().BuildServiceProvider();
        others.GetRequiredService<IMeterFactory>().Create(MessagingAttributes.Scope).CreateCounter<long>("bridge.other").Add(1);
        Factory.Create("Another").CreateCounter<long>("bridge.another").Add(1);

        var text = _exporter.Export();

        Assert.DoesNotContain("other", text.Replace("bridge_build_info", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void The_process_itself_is_measured()
    {
        var samples = StrictPrometheusText.Read(_exporter.Export());

        Assert.InRange(samples["process_resident_memory_bytes"], 1_000_000, 100_000_000_000);
        Assert.True(samples["process_cpu_seconds_total"] > 0);
        Assert.True(samples["dotnet_gc_heap_size_bytes"] > 0);
        Assert.True(samples["bridge_uptime_seconds"] >= 0);
        Assert.Contains(samples, sample => sample.Key.StartsWith("bridge_build_info{version=\"", StringComparison.Ordinal) && sample.Value == 1);
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var counter = _meter.CreateCounter<long>("bridge.frugal");
        var histogram = _meter.CreateHistogram<double>("bridge.frugal.latency", "s");
        var reason = new KeyValuePair<string, object?>("reason", "malformed");
        Record();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            Record();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Record()
        {
            counter.Add(1, reason);
            histogram.Record(0.02);
        }
    }

    [Fact]
    public async Task Nothing_is_lost_when_many_threads_record_and_scrape()
    {
        var counter = _meter.CreateCounter<long>("bridge.busy");
        var histogram = _meter.CreateHistogram<double>("bridge.busy.latency", "s");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                counter.Add(1, new KeyValuePair<string, object?>("thread", $"{i % 5}"));
                histogram.Record(0.5);
                if (i % 2_000 == 0)
                    StrictPrometheusText.Read(_exporter.Export());
            }
        })));

        var samples = StrictPrometheusText.Read(_exporter.Export());
        Assert.Equal(80_000, samples.Where(sample => sample.Key.StartsWith("bridge_busy_total{", StringComparison.Ordinal)).Sum(sample => sample.Value));
        Assert.Equal(80_000, samples["bridge_busy_latency_seconds_count"]);
        Assert.Equal(40_000, samples["bridge_busy_latency_seconds_sum"], 3);
    }

    [Fact]
    public async Task Where_promtool_is_installed_it_has_nothing_to_object()
    {
        const string Promtool = "/usr/bin/promtool";
        if (!File.Exists(Promtool))
            return;
        _ = new PipelineMetrics(Factory, TimeProvider.System);
        _ = new PublishMetrics(Factory);
        _ = new QueueMetrics(Factory);

        var result = await ChildCommand.RunAsync(new ChildProcessStart(Promtool, "check", "metrics"), _exporter.Export());

        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
    }
}
