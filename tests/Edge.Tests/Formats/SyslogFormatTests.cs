using System.Net;
using System.Text;
using System.Text.Json;
using Bridge.Edge.Configuration;
using Bridge.Edge.Formats;
using Bridge.Edge.Formats.Syslog;
using Telemetry.Events;
using Telemetry.Wire;

namespace Edge.Tests.Formats;

/// <summary>What becomes of syslog messages.</summary>
public sealed class SyslogFormatTests
{
    private static readonly DateTimeOffset Received = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly TimeZoneInfo Vienna =
        TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(1), "test", "test");

    [Fact]
    public void RFC_5424_example_1()
    {
        var read = Read("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \uFEFF'su root' failed for lonvick on /dev/pts/8");

        Assert.Equal(
            """{"timestamp":"2003-10-11T22:14:15.0030000Z","style":"logs","level":"fatal","service":"su","instance":"mymachine.example.com","message":"'su root' failed for lonvick on /dev/pts/8","observedTimestamp":"2026-01-02T03:04:05.0000000Z","attributes":{"syslog.facility":4,"syslog.severity":2,"syslog.msgid":"ID47","syslog.time":"full","network.peer.address":"10.1.2.3"}}""",
            read.GetRawText());
    }

    [Fact]
    public void RFC_5424_example_2_has_a_zone_and_a_process()
    {
        var read = Read("<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.");

        Assert.Equal("2003-08-24T12:14:15.0000030Z", Text(read, "timestamp"));
        Assert.Equal(("192.0.2.1", "myproc", "info"), (Text(read, "instance"), Text(read, "service"), Text(read, "level")));
        Assert.Equal("8710", Attribute(read, "syslog.procid").GetString());
        Assert.Equal("%% It's time to make the do-nuts.", Text(read, "message"));
        Assert.Equal(20, Attribute(read, "syslog.facility").GetInt32());
    }

    [Fact]
    public void RFC_5424_example_3_has_structured_data()
    {
        var read = Read("<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut=\"3\" eventSource=\"Application\" eventID=\"1011\"] \uFEFFAn application event log entry...");

        Assert.Equal(
            """{"exampleSDID@32473":{"iut":"3","eventSource":"Application","eventID":"1011"}}""", Attribute(read, "syslog.sd").GetRawText());
        Assert.Equal("An application event log entry...", Text(read, "message"));
    }

    [Fact]
    public void RFC_5424_example_4_has_structured_data_only()
    {
        var read = Read("<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut=\"3\" eventSource=\"Application\" eventID=\"1011\"][examplePriority@32473 class=\"high\"]");

        Assert.Equal("", Text(read, "message"));
        Assert.Equal("high", Attribute(read, "syslog.sd").GetProperty("examplePriority@32473").GetProperty("class").GetString());
    }

    [Fact]
    public void Values_of_structured_data_are_unescaped_and_repeated_names_become_a_list()
    {
        var read = Read("""<165>1 - - - - - [origin ip="192.0.2.1" ip="192.0.2.129" x="a\"b\]c\\d\e"][origin y=""] text""");

        Assert.Equal(
            """{"origin":{"ip":["192.0.2.1","192.0.2.129"],"x":"a\"b]c\\d\\e","y":""}}""", Attribute(read, "syslog.sd").GetRawText());
        Assert.Equal(("text", "2026-01-02T03:04:05.0000000Z"), (Text(read, "message"), Text(read, "timestamp")));
        Assert.Equal("received", Attribute(read, "syslog.time").GetString());
    }

    [Theory]
    [InlineData(
        "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
        "2025-10-11T22:14:15", "mymachine", "su", null, "'su root' failed for lonvick on /dev/pts/8")]
    [InlineData("<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!", "2026-02-05T17:32:18", "10.0.0.99", null, null, "Use the BFG!")]
    [InlineData(
        "<165>Aug 24 05:34:00 CST 1987 mymachine myproc[10]: %% It's time",
        "1987-08-24T05:34:00", "mymachine", "myproc", "10", "%% It's time")]
    [InlineData("<30>Jan  2 03:00:00 web-1 systemd[1]: Started x.", "2026-01-02T03:00:00", "web-1", "systemd", "1", "Started x.")]
    [InlineData(
        "<30>Jan  2 03:00:00 web-1 postfix/smtpd[22]: connect",
        "2026-01-02T03:00:00", "web-1", "postfix/smtpd", "22", "connect")]
    [InlineData("<30>Jan  2 03:00:00 fe80::1 kernel: [  1.5] up", "2026-01-02T03:00:00", "fe80::1", "kernel", null, "[  1.5] up")]
    [InlineData("<30>Jan  2 03:00:00 cron[9]: no host", "2026-01-02T03:00:00", null, "cron", "9", "no host")]
    [InlineData("<30>Dec 31 23:59:59 web-1 app: x", "2025-12-31T23:59:59", "web-1", "app", null, "x")]
    [InlineData("<30>2026-01-02T03:04:05.123456+02:00 web-1 app[7]: x", "2026-01-02T01:04:05", "web-1", "app", "7", "x")]
    [InlineData(
        "<189>*Mar  1 18:46:11.123 UTC: %SYS-5-CONFIG_I: Configured",
        "2026-03-01T18:46:11", null, "%SYS-5-CONFIG_I", null, "Configured")]
    [InlineData(
        "<30>Jan  2 2024 03:00:00 fw-1 : %ASA-6-302013: Built",
        "2024-01-02T03:00:00", "fw-1", null, null, ": %ASA-6-302013: Built")]
    public void RFC_3164(string text, string time, string? host, string? service, string? process, string message)
    {
        var read = Read(text);

        Assert.StartsWith(time, Text(read, "timestamp"));
        Assert.Equal((host, service, message), (Text(read, "instance"), Text(read, "service"), Text(read, "message")));
        Assert.Equal(process, Optional(read, "syslog.procid"));
        Assert.False(read.GetProperty("attributes").TryGetProperty("log.record.original", out _));
    }

    [Theory]
    [InlineData("<14>plain text from Python's SysLogHandler\0", "plain text from Python's SysLogHandler", "info")]
    [InlineData("<11>ERROR: disk full", "ERROR: disk full", "error")]
    [InlineData("<12>app[7]: with a process", "with a process", "warn")]
    [InlineData("<15>", "", "debug")]
    public void A_message_without_header_has_the_level_of_its_priority(string text, string message, string level)
    {
        var read = Read(text);

        Assert.Equal((message, level), (Text(read, "message"), Text(read, "level")));
        Assert.Equal("2026-01-02T03:04:05.0000000Z", Text(read, "timestamp"));
    }

    [Theory]
    [InlineData("no syslog at all")]
    [InlineData("<192>too large")]
    [InlineData("<>x")]
    [InlineData("<1234>x")]
    [InlineData("<")]
    [InlineData("<34>1 2003-99-11T22:14:15.003Z host app - - - x")]
    [InlineData("<34>1 2003-10-11T22:14:15.003Z host app - - [broken x")]
    public void What_breaks_the_rules_is_kept_as_it_was(string text)
    {
        var read = Read(text);

        Assert.Equal(text, Optional(read, "log.record.original"));
        Assert.EndsWith(Text(read, "message")!, text);
    }

    [Fact]
    public void The_raw_message_is_kept_as_the_settings_say()
    {
        Assert.Equal("<14>x", Optional(Read("<14>x", RawRetention.Always), "log.record.original"));
        Assert.Null(Optional(Read("x", RawRetention.Never), "log.record.original"));
    }

    [Theory]
    [InlineData("<14>Jan  2 03:00:00 h a: @cee: {\"a\": 1}")]
    [InlineData("<14>1 - - - - - - \uFEFF{\"a\": 1}")]
    [InlineData("<14>1 - - - - - - @cee:{\"a\": 1}")]
    [InlineData("{\"a\": 1}")]
    public void JSON_in_the_message_is_the_event(string text) => Assert.Equal("{\"a\": 1}", Read(text).GetRawText());

    [Fact]
    public void A_time_without_zone_is_in_the_zone_of_the_sender()
    {
        var read = Read("<14>Jan  2 03:00:00 h a: x", zone: Vienna);

        Assert.Equal(("2026-01-02T02:00:00.0000000Z", "year-assumed"), (Text(read, "timestamp"), Optional(read, "syslog.time")));
        Assert.Equal("zone-assumed", Optional(Read("<14>2026-01-02T03:00:00 h a: x", zone: Vienna), "syslog.time"));
    }

    [Theory]
    [InlineData("Dec 31 23:59:00", 2026, 1, 1, 2025)]
    [InlineData("Jan  1 00:01:00", 2025, 12, 31, 2026)]
    [InlineData("Feb 29 12:00:00", 2026, 3, 1, 0)]
    [InlineData("Feb 29 12:00:00", 2027, 12, 1, 2028)]
    public void The_year_is_the_one_in_which_the_time_is_nearest_to_the_receipt(
        string time, int year, int month, int day, int expected)
    {
        var read = Read($"<14>{time} h a: x", receivedAt: new DateTimeOffset(year, month, day, 12, 0, 0, TimeSpan.Zero));

        if (expected == 0)
            Assert.Equal("received", Optional(read, "syslog.time"));
        else
            Assert.StartsWith($"{expected}-", Text(read, "timestamp"));
    }

    [Fact]
    public void Every_beginning_of_every_message_gives_an_event()
    {
        var texts = new[]
        {
            "<165>1 2003-10-11T22:14:15.003Z host app 1 ID47 [a@1 b=\"3\\\"\" c=\"\"][d@1] \uFEFFtext",
            "<34>Oct 11 22:14:15 mymachine su[12]: text",
            "<189>*Mar  1 2024 18:46:11.123 CEST 2024: %SYS-5: Configured",
        };
        foreach (var bytes in texts.Select(Encoding.UTF8.GetBytes))
        {
            for (var length = 0; length <= bytes.Length; length++)
                Assert.Null(EventJson.Problem(Write(bytes.AsSpan(0, length), RawRetention.Unparsed, TimeZoneInfo.Utc, Received)));
        }
    }

    private static JsonElement Read(
        string text,
        RawRetention keepRaw = RawRetention.Unparsed,
        TimeZoneInfo? zone = null,
        DateTimeOffset? receivedAt = null)
    {
        var json = Write(Encoding.UTF8.GetBytes(text), keepRaw, zone ?? TimeZoneInfo.Utc, receivedAt ?? Received);
        return JsonDocument.Parse(json).RootElement;
    }

    private static byte[] Write(ReadOnlySpan<byte> text, RawRetention keepRaw, TimeZoneInfo zone, DateTimeOffset receivedAt)
    {
        var output = new JsonOutput();
        var peer = new Peer(IPAddress.Parse("10.1.2.3"), zone);
        Assert.Equal(
            FormatResult.Event,
            new SyslogFormat(keepRaw, hasHost: true).Write(new IncomingMessage(text, text.Length, peer, receivedAt), output));
        return output.Written.ToArray();
    }

    private static string? Text(JsonElement read, string name) =>
        read.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static JsonElement Attribute(JsonElement read, string name) => read.GetProperty("attributes").GetProperty(name);

    private static string? Optional(JsonElement read, string name) => Text(read.GetProperty("attributes"), name);
}
