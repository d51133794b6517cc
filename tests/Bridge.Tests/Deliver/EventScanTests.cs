using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Bridge.Core.Routing;

namespace Bridge.Tests.Deliver;

public sealed class EventScanTests
{
    private const int Mutations = 200_000;

    private static readonly byte[][] Names = [.. new[] { "style", "service", "traceparent" }.Select(Encoding.UTF8.GetBytes)];

    private static readonly string[] Events =
    [
        """{"style":"logs","service":"orders","level":"info","number":-1.25e+3,"traceparent":"00-1-2-01"}""",
        """ { "a" : [ 1 , { "b" : "é\n\u00e9" } , [ ] , { } ] , "style" : true , "service" : 0.5 } """,
        """{"attributes":{"total":12.30,"note":"a \"quoted\" text that is longer than a vector","empty":""},"service":null,"style":{"a":1}}""",
        """{"style":"a","style":"b","\u0073ervice":"in disguise","service":"plain"}""",
        """{"style":"a","style":null,"service":"a","service":{},"traceparent":"a","traceparent":[1]}""",
        "{}",
    ];

    [Fact]
    public void Whatever_it_accepts_the_reader_accepts_with_the_same_values()
    {
        var random = new Random(1);
        var accepted = 0;
        for (var run = 0; run < Mutations; run++)
        {
            var json = Mutated(Encoding.UTF8.GetBytes(Events[run % Events.Length]), random);
            var found = new Range?[Names.Length];
            if (!Utf8.IsValid(json) || !EventScan.TryScan(json, Names, found))
                continue;
            accepted++;
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 512 });
            for (var member = 0; member < Names.Length; member++)
                Assert.Equal(ValueOf(document, Names[member]), found[member] is { } range ? Encoding.UTF8.GetString(json[range]) : null);
        }

        // Most mutations break an event; were none left, nothing would have been compared.
        Assert.InRange(accepted, Mutations / 20, Mutations);
    }

    [Theory]
    [InlineData("""{"style":"logs","service":"orders","attributes":{"a":[1,-0,2.5E-3,true,false,null,{"b":"c"}]}}""")]
    [InlineData("{\t\"text\" : \"an escape \\\\ \\u00fc \\\" elsewhere\" }\r\n")]
    public void It_decides_on_usual_events(string json) => Assert.True(TryScan(json));

    [Theory]
    [InlineData("""{"st\u0079le":"logs"}""")]
    [InlineData("""{"style":"l\u006fg"}""")]
    [InlineData("""{"a":01}""")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{"a":"\x"}""")]
    [InlineData("""{"a":"\u12"}""")]
    [InlineData("""{"a":tru}""")]
    [InlineData("""{"a":1.}""")]
    [InlineData("""{"a":[1 2]}""")]
    [InlineData("""{"a":1} {}""")]
    [InlineData("[1]")]
    [InlineData("{\"a\":\"\t\"}")]
    public void It_leaves_the_rest_to_the_reader(string json) => Assert.False(TryScan(json));

    [Fact]
    public void It_leaves_deep_nesting_to_the_reader()
    {
        Assert.True(TryScan($"{{\"a\":{new string('[', 60)}{new string(']', 60)}}}"));
        Assert.False(TryScan($"{{\"a\":{new string('[', 400)}{new string(']', 400)}}}"));
    }

    [Fact]
    public void A_string_ends_where_it_ends_at_every_length()
    {
        for (var length = 0; length < 70; length++)
        {
            Assert.True(TryScan($"{{\"a\":\"{new string('x', length)}\"}}"));
            Assert.True(TryScan($"{{\"a\":\"{new string('x', length)}\\\"\"}}"));
            Assert.False(TryScan($"{{\"a\":\"{new string('x', length)}"));
            Assert.False(TryScan($"{{\"a\":\"{new string('x', length)}\n\"}}"));
        }
    }

    private static bool TryScan(string json) => EventScan.TryScan(Encoding.UTF8.GetBytes(json), Names, new Range?[Names.Length]);

    private static byte[] Mutated(byte[] json, Random random)
    {
        const string Bytes = "{}[]\",:\\ \t\n0123456789eE+-.untrfalsx";
        for (var changes = random.Next(3); changes > 0; changes--)
        {
            var at = random.Next(json.Length);
            var other = (byte)Bytes[random.Next(Bytes.Length)];
            json = random.Next(4) switch
            {
                0 => [.. json[..at], .. json[(at + 1)..]],
                1 => [.. json[..at], other, .. json[at..]],
                2 => [.. json[..at], .. json[random.Next(json.Length)..]],
                _ => [.. json[..at], other, .. json[(at + 1)..]],
            };
            if (json.Length == 0)
                return json;
        }

        return json;
    }

    // The last value, where it is a string, a number or a boolean.
    private static string? ValueOf(JsonDocument document, byte[] name) => document.RootElement.EnumerateObject()
        .Where(member => member.NameEquals(name))
        .Select(member => member.Value.ValueKind switch
        {
            JsonValueKind.String => member.Value.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => member.Value.GetRawText(),
            _ => null,
        })
        .LastOrDefault();
}
