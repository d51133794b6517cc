using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Telemetry.Listening;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Listening;

public sealed class MeterMetricsTests
{
    [Fact]
    public async Task A_counter_is_added_up_by_its_tags_and_sent_as_what_came_since()
    {
        await using var test = new TestClient();
        using var meter = new Meter("MeterMetricsTests.Delta");
        using var listeners = Listen(test, meter);
        var counter = meter.CreateCounter<long>("orders", "{order}");

        counter.Add(2, new("a", 1), new("b", "x"));
        counter.Add(3, new("b", "x"), new("a", 1));
        counter.Add(1);
        await test.FlushedAsync();
        counter.Add(4);
        await test.FlushedAsync();
        await test.FlushedAsync();

        Assert.Equal(
            [(5.0, """{"a":1,"b":"x"}"""), (1, "{}"), (4, "{}")],
            Metrics(test).Select(metric => (Value(metric), Attributes(metric))));
        var first = Metrics(test).First();
        Assert.Equal(("orders", "{order}", "counter", "delta"),
            (Text(first, "name"), Text(first, "unit"), Text(first, "kind"), Text(first, "temporality")));
        Assert.Equal(meter.Name, Text(first, "meter"));
    }

    [Fact]
    public async Task Cumulative_numbers_count_from_the_beginning_and_say_so()
    {
        await using var test = new TestClient();
        using var meter = new Meter("MeterMetricsTests.Cumulative");
        using var listeners = Listen(test, meter, options => options.Temporality = MetricTemporality.Cumulative);
        var counter = meter.CreateCounter<int>("orders");

        counter.Add(2);
        await test.FlushedAsync();
        counter.Add(3);
        await test.FlushedAsync();

        Assert.Equal([2.0, 5], Metrics(test).Select(Value));
        Assert.All(Metrics(test), metric => Assert.Equal("cumulative", Text(metric, "temporality")));
    }

    [Fact]
    public async Task A_histogram_keeps_its_distribution()
    {
        await using var test = new TestClient();
        using var meter = new Meter("MeterMetricsTests.Histogram");
        using var listeners = Listen(test, meter);
        var histogram = meter.CreateHistogram(
            "took", "ms", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [10, 100] });

        foreach (var value in (double[])[5, 10, 11, 1_000])
            histogram.Record(value);
        await test.FlushedAsync();

        var metric = test.SingleEvent;
        Assert.Equal(
            (1_026, 4, 5, 1_000),
            (Value(metric), metric.GetProperty("count").GetInt32(),
                metric.GetProperty("min").GetDouble(), metric.GetProperty("max").GetDouble()));
        Assert.Equal(
            ("[10,100]", "[2,1,1]"), (metric.GetProperty("bounds").GetRawText(), metric.GetProperty("buckets").GetRawText()));
    }

    [Fact]
    public async Task States_and_observed_totals_are_sent_from_time_to_time()
    {
        await using var test = new TestClient();
        using var meter = new Meter("MeterMetricsTests.Observed");
        using var listeners = Listen(test, meter);
        var total = 100;
        meter.CreateObservableCounter("total", () => total);
        meter.CreateObservableGauge("depth", () => 7.5);
        meter.CreateObservableGauge("broken", int () => throw new InvalidOperationException("not now"));

        await test.FlushedAsync();
        Assert.Empty(test.Events);
        test.Clock.Advance(TimeSpan.FromSeconds(60));
        await test.FlushedAsync();
        total = 130;
        test.Clock.Advance(TimeSpan.FromSeconds(60));
        await test.FlushedAsync();

        Assert.Equal([100.0, 30], Metrics(test).Where(metric => Text(metric, "name") == "total").Select(Value));
        Assert.Equal([7.5, 7.5], Metrics(test).Where(metric => Text(metric, "kind") == "gauge").Select(Value));
        Assert.Contains(
            test.Reports, line => line.Contains("observable instrument failed: InvalidOperationException",
                StringComparison.Ordinal));
    }

    [Fact]
    public async Task Too_many_combinations_of_tags_are_counted_together()
    {
        await using var test = new TestClient();
        using var meter = new Meter("MeterMetricsTests.Many");
        using var listeners = Listen(test, meter, options => options.SeriesPerInstrument = 3);
        var counter = meter.CreateCounter<long>("orders");

        for (var i = 0; i < 10; i++)
            counter.Add(1, new KeyValuePair<string, object?>("order", i));
        await test.FlushedAsync();

        Assert.Equal(4, test.Events.Count);
        Assert.Equal((7.0, """{"otel.metric.overflow":true}"""), (Value(Metrics(test).Last()), Attributes(Metrics(test).Last())));
    }

    [Fact]
    public async Task What_was_measured_last_is_sent_when_the_listening_ends()
    {
        await using var test = new TestClient();
        using var meter = new Meter("MeterMetricsTests.Last");
        using (Listen(test, meter))
            meter.CreateUpDownCounter<long>("open").Add(-1);
        await test.FlushedAsync();

        Assert.Equal((-1.0, "updowncounter", "cumulative"),
            (Value(test.SingleEvent), Text(test.SingleEvent, "kind"), Text(test.SingleEvent, "temporality")));
    }

    [Fact]
    public async Task A_sum_belongs_to_no_trace_and_no_request()
    {
        await using var test = new TestClient(options => options with { Baggage = ["tenant"] });
        using var meter = new Meter("MeterMetricsTests.Sum");
        using var listeners = Listen(test, meter);
        TelemetryContext.RequestId = "r-1";
        using var activity = new Activity("invocation").AddBaggage("tenant", "t-1").Start();

        meter.CreateCounter<long>("orders").Add(1);
        await test.FlushedAsync();

        Assert.Equal("{}", Attributes(test.SingleEvent));
        Assert.False(test.SingleEvent.TryGetProperty("traceparent", out _));
        Assert.False(test.SingleEvent.TryGetProperty("requestId", out _));
    }

    [Fact]
    public async Task A_tag_of_any_type_is_read_once_and_a_bad_one_is_marked()
    {
        await using var test = new TestClient();
        using var meter = new Meter("MeterMetricsTests.Tags");
        using var listeners = Listen(test, meter);
        var counter = meter.CreateCounter<long>("orders");
        BadTag recording = null!;
        recording = new BadTag(() => counter.Add(1, new KeyValuePair<string, object?>("recording", recording)));

        var bad = new BadTag(static () => throw new NotSupportedException("not now"));
        counter.Add(1, new KeyValuePair<string, object?>("bad", bad));
        counter.Add(2, new KeyValuePair<string, object?>("list", new List<int> { 1, 2 }));
        counter.Add(3, new KeyValuePair<string, object?>("list", new List<int> { 1, 2 }));
        counter.Add(4, new KeyValuePair<string, object?>("map", new Dictionary<string, string> { ["password"] = "hunter2" }));
        counter.Add(5, new KeyValuePair<string, object?>("a", 1), new KeyValuePair<string, object?>("a", 2));
        counter.Add(6, new KeyValuePair<string, object?>(null!, null));
        counter.Add(7, new KeyValuePair<string, object?>("recording", recording));
        await test.FlushedAsync();

        var sums = Metrics(test).ToDictionary(Attributes, Value, StringComparer.Ordinal);
        Assert.Equal(1, sums["""{"bad":"[unreadable: NotSupportedException]"}"""]);
        Assert.Equal(5, sums["""{"list":[1,2]}"""]);
        Assert.Equal(4, sums["""{"map":{"password":"[redacted]"}}"""]);
        Assert.Equal(5, sums["""{"a":2}"""]);
        Assert.Equal(6, sums["""{"":null}"""]);
        Assert.InRange(sums["""{"recording":"tag"}"""], 8, 20);
    }

    [Fact]
    public async Task Counting_allocates_nothing_once_a_series_is_known()
    {
        await using var test = new TestClient();
        using var meter = new Meter("MeterMetricsTests.Allocation");
        using var listeners = Listen(test, meter);
        var counter = meter.CreateCounter<long>("orders");
        var tag = new KeyValuePair<string, object?>("currency", "EUR");
        counter.Add(1, tag);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            counter.Add(1, tag);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static TelemetryListeners Listen(TestClient test, Meter meter, Action<TelemetryListenerOptions>? change = null) =>
        TelemetryListeners.Start(test.Client, options =>
        {
            options.Meters.Add(meter.Name);
            change?.Invoke(options);
        });

    private static IEnumerable<JsonElement> Metrics(TestClient test) =>
        test.Events.Select(json => JsonDocument.Parse(json).RootElement);

    private static double Value(JsonElement metric) => metric.GetProperty("value").GetDouble();

    private static string Attributes(JsonElement metric) => metric.GetProperty("attributes").GetRawText();

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;

    // Not even its hash can be asked for.
    private sealed class BadTag(Action act)
    {
        public override int GetHashCode() => throw new NotSupportedException("not now");

        public override bool Equals(object? obj) => throw new NotSupportedException("not now");

        public override string ToString()
        {
            act();
            return "tag";
        }
    }
}
