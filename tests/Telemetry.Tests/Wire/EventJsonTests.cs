using System.Text;
using Telemetry.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Tests.Wire;

/// <summary>The one rule of what an event is, as senders, receivers and tools ask for it.</summary>
public sealed class EventJsonTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData(" \t\r\n{ \"a\" : [ 1, { \"b\" : null } ] }\r\n")]
    [InlineData("""{"service":"\ud800","\udc00":"\ud83d\udc0e"}""")]
    [InlineData("""{"a":1,"a":null}""")]
    public void An_event_is_one_JSON_object(string json) => Assert.Null(EventJson.Problem(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("", "empty")]
    [InlineData(" \n", "empty")]
    [InlineData("[1]", "does not begin with {")]
    [InlineData("\uFEFF{}", "byte order mark")]
    [InlineData("{\"a\":1", "byte 7, where it breaks off")]
    [InlineData("{\"a\":tru", "byte 9, where it breaks off")]
    [InlineData("{\"a\":\"text", "where it breaks off")]
    [InlineData("{\"a\":1}}", "goes wrong at byte 8")]
    [InlineData("{} {}", "goes wrong at byte 4")]
    [InlineData("{\"a\":NaN}", "goes wrong at byte 6")]
    [InlineData("{\"a\":1,}", "goes wrong at byte 8")]
    [InlineData("{\"a\":1 /* */}", "goes wrong at byte 8")]
    [InlineData("{\n\"a\":\n01}", "goes wrong at line 3, byte 2")]
    public void Whatever_else_is_named_with_its_place(string json, string problem)
    {
        var found = EventJson.Problem(Encoding.UTF8.GetBytes(json));

        Assert.StartsWith("no JSON object: ", found, StringComparison.Ordinal);
        Assert.Contains(problem, found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_that_is_no_UTF_8_is_named() =>
        Assert.Equal("no JSON object: it is no valid UTF-8", EventJson.Problem([.. "{\"a\":\""u8, 0xe9, .. "\"}"u8]));

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public async Task Nesting_has_one_limit_for_the_rule_and_for_a_sender(string open, string close)
    {
        await using var test = new TestClient();
        (int, string?)[] cases =
        [
            (512, null),
            (513, "nested too deeply: the limit is 512 levels"),
            (600, "nested too deeply: the limit is 512 levels"),
        ];
        foreach (var (depth, problem) in cases)
        {
            var json = Nested(open, close, depth);
            Assert.Equal(problem, EventJson.Problem(Encoding.UTF8.GetBytes(json)));

            test.Send(json);
        }

        test.AssertCounted(sent: 0, dropped: 2, waiting: 1);
        Assert.All(test.Reports, report => Assert.Contains("512 levels", report, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_secret_is_taken_out_at_the_deepest_level_that_may_be()
    {
        await using var test = new TestClient();

        test.Send(Nested("[", "]", 511).Replace("[1]", "[{\"password\":\"hunter2\"}]", StringComparison.Ordinal));
        await test.FlushedAsync();

        var sent = Assert.Single(test.Events);
        Assert.DoesNotContain("hunter2", sent, StringComparison.Ordinal);
        Assert.Null(EventJson.Problem(Encoding.UTF8.GetBytes(sent)));
    }

    [Fact]
    public async Task Brackets_in_texts_and_many_short_arrays_are_no_depth()
    {
        await using var test = new TestClient();
        string[] events =
        [
            $$"""{"a":"{{new string('[', 2_000)}}"}""",
            $$"""{"a":[{{string.Join(',', Enumerable.Repeat("[{}]", 2_000))}}]}""",
        ];

        Array.ForEach(events, test.Send);
        await test.FlushedAsync();

        Assert.Equal(events, test.Events);
    }

    [Fact]
    public async Task A_sender_takes_what_the_bridge_takes_and_skips_a_byte_order_mark()
    {
        await using var test = new TestClient();

        test.Send("\uFEFF {\"service\":\"\\ud800\"} ");
        test.Client.Send([.. "{\"a\":\""u8, 0xe9, .. "\"}"u8]);
        await test.FlushedAsync();

        Assert.Equal("{\"service\":\"\\ud800\"}", test.Events[0]);
        Assert.Contains("no valid UTF-8", Assert.Single(test.Reports), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("caf\\u00e9 \\ud83d\\udc0e \\\" \\n", "café 🐎 \" \n")]
    [InlineData("a\\ud800b", "a\ufffdb")]
    [InlineData("\\udc0e\\ud83d", "\ufffd\ufffd")]
    [InlineData("plain 🐎", "plain 🐎")]
    public void Texts_read_without_escapes_and_half_a_pair_as_the_replacement(string content, string text) =>
        Assert.Equal(text, EventJson.Unescape(Encoding.UTF8.GetBytes(content)));

    // The event itself is the first level.
    private static string Nested(string open, string close, int depth) =>
        $"{{\"a\":{string.Concat(Enumerable.Repeat(open, depth - 1))}1{string.Concat(Enumerable.Repeat(close, depth - 1))}}}";
}
