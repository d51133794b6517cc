using System.IO.Compression;
using System.Text;
using Bridge.Core.Processing.Encryption;
using Bridge.Core.Processing.Executers;
using Telemetry.Wire;

namespace Bridge.Tests.Processing;

/// <summary>docs/reference/rules.md: what executers make of an event.</summary>
public sealed class ExecuterTests
{
    [Theory]
    [InlineData("assign team=edge", """{"a":1}""", """{"a":1,"team":"edge"}""")]
    [InlineData("assign a=2", """{"a":1,"b":3}""", """{"b":3,"a":2}""")]
    [InlineData("assign a?=2", """{"a":null}""", """{"a":null}""")]
    [InlineData("assign a?='2'", "{}", """{"a":"2"}""")]
    [InlineData("assign a = it's two words ", "{}", """{"a":"it's two words"}""")]
    [InlineData("assign 'a b'='it''s'", "{}", """{"a b":"it's"}""")]
    [InlineData("assign a=true", "{}", """{"a":true}""")]
    [InlineData("rename a=b", """{"a":1,"b":2,"c":3}""", """{"b":1,"c":3}""")]
    [InlineData("rename x=b", """{"b":2}""", """{"b":2}""")]
    [InlineData("remove a,'c d'", """{"a":1,"b":[ 1, 2 ],"c d":{},"\u0061":9}""", """{"b":[ 1, 2 ]}""")]
    [InlineData("split line by ' '", """{"line":"a \"b c"}""", """{"line":["a","\"b","c"]}""")]
    [InlineData("split line by |", """{"line":5}""", """{"line":5}""")]
    [InlineData("assign host,method=line", """{"line":["h","GET",3]}""", """{"line":["h","GET",3],"host":"h","method":"GET"}""")]
    [InlineData("assign host,method,path=line", """{"line":["h"]}""", """{"line":["h"],"host":"h"}""")]
    [InlineData("decode", """{"a":1}""", """{"a":1}""")]
    [InlineData("decode", """{"body":"{\"a\":1}"}""", """{"a":1}""")]
    [InlineData("decode", "eyJhIjoxfQ==", """{"a":1}""")]
    [InlineData("decode", "\"eyJhIjoxfQ\"", """{"a":1}""")]
    [InlineData("decode body", """{"b":1,"body":"[1]"}""", """{"b":1,"body":[1]}""")]
    [InlineData("decode body", """{"body":"test"}""", """{"body":"test"}""")]
    [InlineData("unwrap sns", """{"Type":"Notification","Message":"{\"a\":1}"}""", """{"a":1}""")]
    [InlineData("unwrap sns", """{"Type":"Other","Message":"{\"a\":1}"}""", """{"Type":"Other","Message":"{\"a\":1}"}""")]
    [InlineData(
        "unwrap sns",
        """{"Type":"Notification","Message":"disk full","Timestamp":"2026-11-30T09:00:00Z"}""",
        """{"timestamp":"2026-11-30T09:00:00Z","style":"logs","level":"info","message":"disk full"}""")]
    [InlineData(
        "unwrap eventbridge",
        """{"version":"0","id":"1","detail-type":"T","source":"s","time":"t","detail":{"a":1,"source":"own"}}""",
        """{"a":1,"source":"own","detail-type":"T","timestamp":"t"}""")]
    public void One_event_becomes_another(string executer, string json, string expected) =>
        Assert.Equal([expected], Run(json, executer));

    [Fact]
    public void An_array_becomes_events_that_keep_what_stood_around_it()
    {
        Assert.Equal(
            ["""{"a":1,"owner":"me"}""", """{"owner":"other"}""", """{"owner":"me","records":5}"""],
            Run("""{"owner":"me","records":[{"a":1},{"owner":"other"},5]}""", "split records"));
        Assert.Empty(Run("""{"records":[]}""", "split records"));
        Assert.Equal(["""{"records":{}}"""], Run("""{"records":{}}""", "split records"));
    }

    [Fact]
    public void A_notification_of_S3_becomes_an_event_a_record() => Assert.Equal(
        ["""{"eventTime":"t1","s3":{"k":1},"timestamp":"t1"}""", """{"s3":{}}"""],
        Run("""{"Records":[{"eventTime":"t1","s3":{"k":1}},{"s3":{}}]}""", "unwrap s3"));

    [Fact]
    public void The_design_s_example_works()
    {
        var inner = """{"records":[{"status":200},{"status":500,"environment":"test"}]}""";
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionMode.Compress, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(inner));

        Assert.Equal(
            ["""{"status":200,"team":"edge","environment":"prod"}""", """{"status":500,"environment":"test","team":"edge"}"""],
            Run(
                Convert.ToBase64String(compressed.ToArray()),
                "decode",
                "split records",
                "assign team=edge",
                "assign environment?=prod"));
    }

    [Fact]
    public void Decode_opens_encrypted_events_and_refuses_those_without_a_key()
    {
        var opener = EventKeyOptions.CreateOpener(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["1"] = $"aes-256-gcm:{EventOpenerTests.Aes}" });
        var executers = EventExecuters.Parse(["decode"], opener);
        var output = new List<ExecutedEvent>();

        var json = Sealed.Event("1", Sealed.AesGcm("1", EventOpenerTests.Aes, "{}"));
        Assert.Null(executers.Run(Encoding.UTF8.GetBytes(json), output));
        Assert.Equal("{}", Encoding.UTF8.GetString(Assert.Single(output).Json));
        Assert.Equal(RefusalReason.Undecryptable, executers.Run(Encoding.UTF8.GetBytes(Sealed.Event("2", "x")), output)?.Reason);
    }

    [Fact]
    public void Parts_have_identities_that_are_unique_and_stable()
    {
        Assert.Equal(["7.0", "7.1", "7.2"], Ids("split a", "split b"));
        Assert.Equal(["7"], Ids("assign a=1"));

        static IEnumerable<string> Ids(params string[] executers)
        {
            var output = new List<ExecutedEvent>();
            EventExecuters.Parse(executers).Run("""{"a":[{"b":[1,2]},{"b":[3]}]}"""u8, output);
            return output.Select(item => item.IdOf(7));
        }
    }

    [Fact]
    public void What_is_made_is_bounded()
    {
        var limits = new ExecuterLimits { Events = 3, EventBytes = 100, TotalBytes = 150 };
        Assert.Equal(RefusalReason.TooLarge, Refusal("""{"a":[1,2,3,4]}""", limits, "split a")?.Reason);
        var wide = $$"""{"a":[1,2,3],"b":"{{new string('x', 60)}}"}""";
        Assert.Equal(RefusalReason.TooLarge, Refusal(wide, limits, "split a")?.Reason);
        Assert.Equal(RefusalReason.TooLarge, Refusal("{}", limits, $"assign a={new string('x', 100)}")?.Reason);

        var deep = new string('[', 511) + new string(']', 511);
        Assert.Null(Refusal($$"""{"a":"{{deep}}"}""", new ExecuterLimits(), "decode a"));
        Assert.Equal(RefusalReason.Malformed, Refusal($$"""{"a":"[{{deep}}]"}""", new ExecuterLimits(), "decode a")?.Reason);
        Assert.Equal(RefusalReason.Malformed, Refusal("no event", new ExecuterLimits(), "remove a")?.Reason);
        Assert.Equal(RefusalReason.Malformed, Refusal("no event", new ExecuterLimits(), "decode")?.Reason);

        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes("{\"a\":\"" + new string('x', 100_000) + "\"}"));
        var packed = Convert.ToBase64String(bomb.ToArray());
        Assert.Equal(RefusalReason.Malformed, Refusal(packed, new ExecuterLimits { EventBytes = 10_000 }, "decode")?.Reason);
    }

    [Theory]
    [InlineData("explode a", "column 1: begin with decode, split")]
    [InlineData("split", "column 6: the name of a member is missing")]
    [InlineData("split a by", "column 11: the separator is empty")]
    [InlineData("split a at b", "column 9: write split MEMBER")]
    [InlineData("assign a", "column 9: write assign NAME=VALUE")]
    [InlineData("assign a=", "column 10: the value is missing")]
    [InlineData("assign 'a=1", "column 8: the text that begins here has no end")]
    [InlineData("rename a=a", "column 11: both names are the same")]
    [InlineData("rename a", "column 9: write rename OLD=NEW")]
    [InlineData("remove a b", "column 10: this does not belong here")]
    [InlineData("unwrap sqs", "column 8: write unwrap sns")]
    public void A_mistake_is_told_with_its_column_and_remedy(string executer, string problem)
    {
        var error = Assert.Throws<FormatException>(() => EventExecuters.Parse([executer]));
        Assert.StartsWith($"'{executer}' is no executer: {problem}", error.Message, StringComparison.Ordinal);
    }

    private static string[] Run(string json, params string[] executers)
    {
        var output = new List<ExecutedEvent>();
        Assert.Null(EventExecuters.Parse(executers).Run(Encoding.UTF8.GetBytes(json), output));
        return [.. output.Select(item => Encoding.UTF8.GetString(item.Json))];
    }

    private static Refusal? Refusal(string json, ExecuterLimits limits, params string[] executers) =>
        EventExecuters.Parse(executers, limits: limits).Run(Encoding.UTF8.GetBytes(json), []);
}
