using Telemetry.Tests.Support;

namespace Telemetry.Tests.Governance;

public sealed class LimitTests
{
    [Fact]
    public async Task A_text_that_is_too_long_is_cut_between_characters_and_says_so()
    {
        await using var test = new TestClient(options => options with { AttributeBytes = 64 });
        var horses = string.Concat(Enumerable.Repeat("🐎", 17)) + "!";

        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, new string('m', 65))
            .With("fits", new string('x', 64)).With("horses", "a" + horses));
        await test.FlushedAsync();

        Assert.Equal(new string('m', 64) + "…[cut, 65 bytes]", test.SingleEvent.GetProperty("message").GetString());
        var attributes = test.SingleEvent.GetProperty("attributes");
        Assert.Equal(new string('x', 64), attributes.GetProperty("fits").GetString());
        Assert.Equal(
            "a" + string.Concat(Enumerable.Repeat("🐎", 15)) + "…[cut, 70 bytes]", attributes.GetProperty("horses").GetString());
    }

    [Fact]
    public async Task A_text_that_is_longer_than_a_JSON_writer_takes_is_cut_as_well()
    {
        await using var test = new TestClient();
        var longer = new string('x', 166_666_667);

        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "m").With("a", longer));
        await test.FlushedAsync();

        Assert.StartsWith(
            "xxx", test.SingleEvent.GetProperty("attributes").GetProperty("a").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attributes_that_do_not_fit_are_left_out_and_counted()
    {
        await using var test = new TestClient(options => options with { EventBytes = 8_192 });

        test.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "large")
            .With("first", 1).With("large", new string('x', 9_000)).With("last", "z"));
        await test.FlushedAsync();

        Assert.True(test.Events[0].Length <= 8_192);
        Assert.Equal("""{"first":1,"last":"z"}""", test.SingleEvent.GetProperty("attributes").GetRawText());
        Assert.Equal(1, test.SingleEvent.GetProperty("droppedAttributes").GetInt32());
        Assert.Equal("orders", test.SingleEvent.GetProperty("service").GetString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(4_000)]
    public async Task An_event_never_exceeds_its_limit(int attributes)
    {
        await using var test = new TestClient(options => options with { EventBytes = 4_096, AttributeBytes = 512 });
        var log = TelemetryEvent.Log(TelemetryLevel.Info, new string('m', 5_000));
        for (var i = 0; i < attributes; i++)
            log.With($"a{i}", new string((char)('a' + (i % 26)), 10_000 / attributes));

        test.Client.Send(log);
        await test.FlushedAsync();

        var json = test.Events.Single();
        Assert.InRange(json.Length, 600, 4_096);
        var kept = test.SingleEvent.GetProperty("attributes").EnumerateObject().Count();
        var dropped = test.SingleEvent.TryGetProperty("droppedAttributes", out var count) ? count.GetInt32() : 0;
        Assert.Equal(attributes, kept + dropped);
    }

    [Fact]
    public async Task A_ready_event_and_one_within_the_default_limits_keep_their_size()
    {
        await using var test = new TestClient(options => options with { AttributeBytes = 64, EventBytes = 4_096 });
        var ready = $$"""{"a":"{{new string('x', 10_000)}}"}""";
        test.Send(ready);
        await test.FlushedAsync();
        Assert.Equal(ready, test.Events.Single());

        await using var large = new TestClient();
        large.Client.Send(TelemetryEvent.Log(TelemetryLevel.Info, "large").With("text", new string('x', 900_000)));
        await large.FlushedAsync();
        Assert.Equal(900_000, large.SingleEvent.GetProperty("attributes").GetProperty("text").GetString()!.Length);
    }

    [Theory]
    [InlineData(1.5, 64, 4_096)]
    [InlineData(double.NaN, 64, 4_096)]
    [InlineData(1, 63, 4_096)]
    [InlineData(1, 64, 4_095)]
    public void Numbers_out_of_their_bounds_are_refused(double ratio, int attribute, int whole) =>
        Assert.Throws<ArgumentException>(
        () => new TestClient(options => options with { SamplingRatio = ratio, AttributeBytes = attribute, EventBytes = whole }));
}
