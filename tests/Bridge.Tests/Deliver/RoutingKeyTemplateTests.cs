using System.Text;
using Bridge.Core.Routing;
using Telemetry.Wire;

namespace Bridge.Tests.Deliver;

public sealed class RoutingKeyTemplateTests
{
    [Theory]
    [InlineData("""{"style":"logs","service":"orders","level":"warn"}""", "logs.orders.warn")]
    [InlineData("""{"level":"warn","x":{"style":"no"},"style":"logs","service":"orders"}""", "logs.orders.warn")]
    [InlineData("""{"service":"orders"}""", "unknown.orders.unknown")]
    [InlineData("""{"style":"","service":"  ","level":null}""", "unknown.unknown.unknown")]
    [InlineData("""{"style":"logs","service":"a.b#c*d e","level":3}""", "logs.a-b-c-d-e.3")]
    [InlineData("""{"style":true,"service":["a"],"level":{"b":1}}""", "true.unknown.unknown")]
    [InlineData("""{"style":"logs","service":"caf\u00e9","level":"info"}""", "logs.café.info")]
    [InlineData("""{"style":"logs","service":"\ud800","level":"a\udc00b"}""", "logs.\ufffd.a\ufffdb")]
    [InlineData(
        """{"\ud800tyle":"x","\ud800":1,"style":"logs","serv\u0069ce":"orders","level":"\ud83d\udc0e"}""", "logs.orders.🐎")]
    [InlineData(
        """{"style":"logs","style":null,"service":"a","service":"b","level":"x","level":{"level":"y"}}""", "unknown.b.unknown")]
    [InlineData(
        """{"style":"l\u006fgs","style":null,"service":"a","service":[],"level":"x","level":""}""", "unknown.unknown.unknown")]
    [InlineData("""{"style":null,"style":"logs","service":[],"service":"orders","level":{},"level":3}""", "logs.orders.3")]
    public void The_key_has_a_word_for_every_member(string json, string key) =>
        Assert.Equal(key, Route("{style}.{service}.{level}", json).RoutingKey);

    [Theory]
    [InlineData("all", "all")]
    [InlineData("t.{a}", "t.1")]
    [InlineData("{a}{a}-{b}", "11-unknown")]
    public void Literals_and_members_mix(string template, string key) => Assert.Equal(key, Route(template, """{"a":1}""").RoutingKey);

    [Theory]
    [InlineData("{a")]
    [InlineData("a}")]
    [InlineData("{}")]
    [InlineData("}{a}")]
    [InlineData("{{a}}")]
    [InlineData("{{a}")]
    [InlineData("{a}}")]
    [InlineData("{ a }")]
    [InlineData("{a}.{")]
    public void An_unbalanced_template_is_refused_with_its_text(string template) =>
        Assert.Contains(template, Assert.Throws<FormatException>(() => RoutingKeyTemplate.Parse(template)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_long_key_is_cut_to_what_AMQP_takes()
    {
        var key = Route("{a}", $$"""{"a":"{{new string('é', 400)}}"}""").RoutingKey;
        Assert.InRange(Encoding.UTF8.GetByteCount(key), 253, 255);
    }

    [Fact]
    public void A_key_of_megabytes_is_cut_without_a_copy_for_each_character()
    {
        var json = Encoding.UTF8.GetBytes($$"""{"a":"{{new string('a', 4 << 20)}}"}""");
        var router = Router("{a}.{a}");
        var before = GC.GetAllocatedBytesForCurrentThread();

        var routed = Assert.Single(router.RoutePlain(json, []));

        Assert.Equal(new string('a', 255), routed.RoutingKey);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4L * json.Length);
    }

    [Fact]
    public void An_event_that_is_no_UTF_8_is_refused_wherever_the_bad_byte_stands()
    {
        var refused = new List<RefusedEvent>();

        Assert.Empty(Router("{a}").RoutePlain([.. "{\"b\":\""u8, 0xff, .. "\"}"u8], refused));

        Assert.Contains("UTF-8", Assert.Single(refused).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("{} {}")]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\":}")]
    [InlineData("")]
    public void What_is_no_JSON_object_is_refused(string json)
    {
        var refused = new List<RefusedEvent>();
        Assert.Empty(Router("{a}").RoutePlain(Encoding.UTF8.GetBytes(json), refused));
        Assert.Equal(RefusalReason.Malformed, Assert.Single(refused).Reason);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{\"a\":")]
    public void Nesting_is_refused_beyond_the_limit_and_named(string open)
    {
        string Nested(int depth) =>
            $"{{\"a\":{string.Concat(Enumerable.Repeat(open, depth - 1))}1{new string(open[0] is '[' ? ']' : '}', depth - 1)}}}";
        var refused = new List<RefusedEvent>();

        Assert.Single(Router("{a}").RoutePlain(Encoding.UTF8.GetBytes(Nested(512)), refused));
        Assert.Empty(Router("{a}").RoutePlain(Encoding.UTF8.GetBytes(Nested(600)), refused));

        Assert.Equal("a plain message that is nested too deeply: the limit is 512 levels", Assert.Single(refused).Detail);
    }

    [Fact]
    public void A_plain_event_is_not_called_an_event_of_a_batch()
    {
        var refused = new List<RefusedEvent>();

        Router("{a}").RoutePlain("{\n1}"u8, refused);
        Router("{a}").Route("{}\n{1}\n"u8, refused);

        Assert.Equal(
            [
                "a plain message that is no JSON object: it goes wrong at line 2, byte 1",
                "event 1 of its batch is no JSON object: it goes wrong at byte 2",
            ],
            refused.Select(item => item.Detail));
    }

    [Fact]
    public void One_bad_line_does_not_take_the_others_with_it()
    {
        var refused = new List<RefusedEvent>();
        var routed = Router("{a}").Route("{\"a\":1}\nnoise\n{\"a\":3}\n"u8, refused);
        Assert.Equal([(0, "1"), (2, "3")], routed.Select(item => (item.Ordinal, item.RoutingKey)));
        Assert.Equal(1, Assert.Single(refused).Ordinal);
    }

    [Fact]
    public void Each_event_of_a_batch_gets_its_own_key_however_many_there_are()
    {
        var numbers = Enumerable.Range(0, 1_000).Select(number => number % 700).ToArray();
        var lines = string.Concat(numbers.Select(number => $$"""{"b":"{{number % 7}}","a":{{number}}}""" + "\n"));
        var routed = Router("{a}.{b}").Route(Encoding.UTF8.GetBytes(lines), []);
        Assert.Equal(numbers.Select(number => $"{number}.{number % 7}"), routed.Select(item => item.RoutingKey));
    }

    [Fact]
    public void The_traceparent_is_handed_on() =>
        Assert.Equal("00-1-2-01", Route("{a}", """{"traceparent":"00-1-2-01"}""").TraceParent);

    private static RoutedEvent Route(string template, string json) =>
        Assert.Single(Router(template).RoutePlain(Encoding.UTF8.GetBytes(json), []));

    private static EventRouter Router(string template) => new(RoutingKeyTemplate.Parse(template), CodecLimits.Default);
}
