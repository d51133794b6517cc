using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Telemetry.Tests.Support;

namespace Telemetry.Tests.Sending;

/// <summary>What <c>Send</c> takes, and that it never throws.</summary>
public sealed class SendTests
{
    [Theory]
    [InlineData("""{"a":1}""")]
    [InlineData("""{ "a" : 1.50e1, "b":"ž🐎\u0041\n" , "a":2 }""")]
    [InlineData("{}")]
    [InlineData("{\"a\":\r\t1}")]
    public async Task A_ready_event_arrives_byte_for_byte(string json)
    {
        await using var test = new TestClient();

        test.Send(json);
        await test.FlushedAsync();

        Assert.Equal([json], test.Events, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Raw_line_feeds_become_spaces_and_white_space_around_is_left_out()
    {
        await using var test = new TestClient();

        test.Send("\n  {\n\"a\":\n1}\r\n");
        await test.Client.SendAsync("\n{\n}\n"u8.ToArray());
        await test.FlushedAsync();

        Assert.Equal(["{ \"a\": 1}", "{ }"], test.Events.Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("[1]")]
    [InlineData("text")]
    [InlineData("{\"a\":1")]
    public async Task What_is_no_object_is_dropped_counted_and_reported(string json)
    {
        await using var test = new TestClient();

        test.Send(json);

        test.AssertCounted(sent: 0, dropped: 1, waiting: 0);
        Assert.Contains("JSON object", Assert.Single(test.Reports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_over_the_limit_of_the_format_is_dropped_and_the_others_are_sent()
    {
        await using var test = new TestClient();

        test.Send("""{"a":1}""");
        test.Client.Send(WireSamples.Event((16 * 1024 * 1024) + 1, new Random(1), compressible: true));
        test.Send("""{"a":2}""");
        await test.FlushedAsync();

        Assert.Equal("""{"a":1}""", test.Events[0]);
        Assert.Equal("""{"a":2}""", test.Events[1]);
        Assert.Contains("\"dropped\":1", test.Events[2], StringComparison.Ordinal);
        test.AssertCounted(sent: 3, dropped: 1, waiting: 0);
        Assert.Contains("16777217 bytes", Assert.Single(test.Reports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_larger_than_the_buffer_is_dropped()
    {
        await using var test = new TestClient(options => options with { BufferBytes = 1_000 });

        test.Client.Send(WireSamples.Event(1_000, new Random(1), compressible: true));

        test.AssertCounted(sent: 0, dropped: 1, waiting: 0);
        Assert.Contains("larger than the buffer", Assert.Single(test.Reports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_larger_than_a_message_arrives_whole()
    {
        await using var test = new TestClient(options => options with { Key = WireSamples.Key });
        var large = WireSamples.Event(1_000_000, new Random(1), compressible: false);

        test.Client.Send(large);
        await test.FlushedAsync();

        Assert.True(test.Queue.Texts.Count > 10);
        Assert.Equal(Encoding.UTF8.GetString(large), Assert.Single(test.Events));
    }

    [Fact]
    public async Task A_value_that_does_not_serialise_is_dropped_and_reported()
    {
        await using var test = new TestClient();
        var options = new JsonSerializerOptions { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

        test.Client.Send(new Unreadable(), (JsonTypeInfo<Unreadable>)options.GetTypeInfo(typeof(Unreadable)));

        test.AssertCounted(sent: 0, dropped: 1, waiting: 0);
        Assert.Contains("does not serialise", Assert.Single(test.Reports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_that_throws_does_not_reach_the_caller()
    {
        await using var test = new TestClient(options => options with { Report = _ => throw new IOException("closed") });

        test.Send("no object");

        test.AssertCounted(sent: 0, dropped: 1, waiting: 0);
    }

    [Fact]
    public async Task Trouble_is_reported_once_a_minute()
    {
        await using var test = new TestClient();

        for (var i = 0; i < 100; i++)
            test.Send(new string('x', i));
        Assert.Single(test.Reports);
        test.Clock.Advance(TimeSpan.FromMinutes(1));
        test.Send("still no object");

        Assert.Equal(2, test.Reports.Count);
    }

    private sealed class Unreadable
    {
        public int Value => throw new InvalidOperationException("not now");
    }
}
