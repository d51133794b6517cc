using System.Net;
using System.Net.Sockets;
using System.Text;
using Bridge.Edge.Configuration;
using Bridge.Edge.Diagnostics;
using Bridge.Edge.Listening;
using Edge.Tests.Support;

namespace Edge.Tests.Intakes;

/// <summary>Lines in datagrams, over real sockets.</summary>
public sealed class LinesDatagramTests
{
    private const string Udp = "lines+udp://127.0.0.1:0";

    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task JSON_is_an_event_byte_for_byte()
    {
        await using var intake = await RunningIntake.StartAsync(Udp);
        const string json = """{"b":1.50,  "a":"\u00e9\/","a":null}""";

        intake.SendDatagrams(json);

        await intake.ArrivedAsync(1);
        Assert.Equal([json], intake.Collector.Texts);
    }

    [Fact]
    public async Task Text_becomes_the_message_of_an_event_at_the_time_of_receipt()
    {
        await using var intake = await RunningIntake.StartAsync(Udp, new FakeTimeProvider(Noon));

        intake.SendDatagrams("it's \"done\"\n");

        await intake.ArrivedAsync(1);
        Assert.Equal(
            ["""{"timestamp":"2026-11-30T12:00:00.0000000Z","style":"logs","level":"info","message":"it's \"done\""}"""],
            intake.Collector.Texts);
    }

    [Fact]
    public async Task A_line_feed_between_JSONs_tokens_becomes_a_space_and_one_within_a_text_stays_in_its_message()
    {
        await using var intake = await RunningIntake.StartAsync(Udp);

        intake.SendDatagrams("{\"a\":1,\n\"b\":\"x\\ny\"}\n", "first\nsecond");

        await intake.ArrivedAsync(2);
        Assert.Equal("{\"a\":1, \"b\":\"x\\ny\"}", intake.Collector.Texts[0]);
        Assert.Equal("first\nsecond", intake.Collector.Messages[1]);
        Assert.All(intake.Collector.Texts, text => Assert.DoesNotContain('\n', text));
    }

    [Fact]
    public async Task What_is_no_UTF_8_becomes_the_replacement_character()
    {
        await using var intake = await RunningIntake.StartAsync(Udp);

        intake.SendDatagrams([[(byte)'a', 0xFF, (byte)'b'], [.. "{\"a\":\""u8, 0xC3, .. "\"}"u8]]);

        await intake.ArrivedAsync(2);
        Assert.Equal(["a\uFFFDb", "{\"a\":\"\uFFFD\"}"], intake.Collector.Messages);
    }

    [Theory]
    [InlineData("{\"a\":1} {\"b\":2}")]
    [InlineData("{\"a\":1")]
    [InlineData("[1]")]
    [InlineData("")]
    public async Task What_is_not_one_object_is_text(string text)
    {
        await using var intake = await RunningIntake.StartAsync(Udp);

        intake.SendDatagrams(text);

        await intake.ArrivedAsync(1);
        Assert.Equal([text], intake.Collector.Messages);
    }

    [Fact]
    public async Task A_long_text_is_cut_and_says_how_long_it_was()
    {
        await using var intake = await RunningIntake.StartAsync(new IntakeOptions { Url = Udp, MaxBytes = 500 });

        intake.SendDatagrams(new string('x', 60_000));

        await intake.ArrivedAsync(1);
        Assert.Equal([new string('x', 500)], intake.Collector.Messages);
        Assert.Equal(60_000, intake.Collector.Events[0].GetProperty("attributes").GetProperty("truncated").GetInt64());
    }

    [Fact]
    public async Task The_largest_datagram_arrives_whole()
    {
        await using var intake = await RunningIntake.StartAsync(Udp);

        intake.SendDatagrams(new string('x', 65_507));

        await intake.ArrivedAsync(1);
        Assert.Equal([new string('x', 65_507)], intake.Collector.Messages);
    }

    [Fact]
    public async Task Constant_members_are_added_to_events_that_have_none_of_that_name()
    {
        var members = new Dictionary<string, string> { ["environment"] = "prod", ["team"] = "edge \"x\"" };
        await using var intake = await RunningIntake.StartAsync(new IntakeOptions { Url = Udp, Members = members });

        intake.SendDatagrams("{}", """{"a":{"team":1}, "environment":"test" }""", "text");

        await intake.ArrivedAsync(3);
        Assert.Equal("""{"environment":"prod","team":"edge \"x\""}""", intake.Collector.Texts[0]);
        Assert.Equal("""{"a":{"team":1}, "environment":"test" ,"team":"edge \"x\""}""", intake.Collector.Texts[1]);
        Assert.Equal("prod", intake.Collector.Events[2].GetProperty("environment").GetString());
    }

    [Fact]
    public async Task A_network_that_is_not_allowed_is_dropped_and_counted()
    {
        var options = new IntakeOptions { Url = Udp, Allow = "10.0.0.0/8, 192.168.1.7" };
        await using var intake = await RunningIntake.StartAsync(options);

        intake.SendDatagrams("one", "two");

        await Eventually.TrueAsync(() => intake.Metric("denied") == 2);
        Assert.Equal(0, intake.Collector.Count);
    }

    [Fact]
    public async Task While_the_spool_is_full_datagrams_are_read_dropped_and_counted()
    {
        await using var intake = await RunningIntake.StartAsync(Udp);
        Assert.Equal(0, intake.Metric("full"));
        intake.Collector.IsFull = true;

        intake.SendDatagrams("one", "two");
        await Eventually.TrueAsync(() => intake.Metric("full") == 2);
        intake.Collector.IsFull = false;
        intake.SendDatagrams("three");

        await intake.ArrivedAsync(1);
        Assert.Equal(["three"], intake.Collector.Messages);
        Assert.Equal(1, intake.Metric("bridge.intake.messages"));
    }

    [Fact]
    public async Task In_a_flood_what_was_sent_is_what_was_taken_and_the_counted_drops()
    {
        const int messages = 150_000;
        await using var intake = await RunningIntake.StartAsync(Udp);
        var message = Encoding.ASCII.GetBytes(new string('x', 400));

        void SendThird() => intake.SendDatagrams(Enumerable.Repeat(message, messages / 3));
        await Task.WhenAll(Task.Run(SendThird), Task.Run(SendThird), Task.Run(SendThird));
        await intake.StopAsync();

        Assert.Equal(messages, intake.Collector.Count + intake.Metric("kernel") + intake.Metric("full"));
        Assert.Equal(intake.Collector.Count, intake.Metric("bridge.intake.messages"));
    }

    [Fact]
    public void A_small_receive_buffer_that_overflows_is_counted_to_the_message()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.ReceiveBufferSize = 4_096;
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var drops = new KernelDrops(socket);
        for (var i = 0; i < 1_000; i++)
            sender.SendTo([1, 2, 3], socket.LocalEndPoint!);

        var read = 0;
        while (socket.Poll(0, SelectMode.SelectRead))
            read += socket.Receive(new byte[16]) == 3 ? 1 : 0;

        Assert.InRange(read, 1, 999);
        Assert.Equal(1_000, read + drops.Read());
    }

    [Fact]
    public async Task What_arrived_before_the_stop_is_taken()
    {
        await using var intake = await RunningIntake.StartAsync(Udp);

        intake.SendDatagrams(Enumerable.Range(0, 500).Select(i => $"{i}"));
        await intake.StopAsync();

        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{i}"), intake.Collector.Messages);
    }

    [Fact]
    public async Task Unix_datagrams_arrive_and_the_file_goes_with_the_intake()
    {
        var path = Path.Combine(Path.GetTempPath(), $"lines-{Guid.NewGuid():N}");
        await using var intake = await RunningIntake.StartAsync($"lines+unixgram://{path}");
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified))
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            socket.Send("one"u8);
            socket.Send(Encoding.ASCII.GetBytes(new string('y', 150_000)));
        }

        await intake.ArrivedAsync(2);
        Assert.Equal(["one", new string('y', 150_000)], intake.Collector.Messages);
        await intake.StopAsync();
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task The_file_of_a_Unix_socket_that_was_left_behind_is_replaced()
    {
        var path = Path.Combine(Path.GetTempPath(), $"lines-{Guid.NewGuid():N}");
        using var left = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        left.Bind(new UnixDomainSocketEndPoint(path));
        File.Move(path, $"{path}.kept");
        left.Dispose();
        File.Move($"{path}.kept", path);

        await using var intake = await RunningIntake.StartAsync($"lines+unixgram://{path}");

        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.Send("one"u8);
        await intake.ArrivedAsync(1);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_told_in_one_line()
    {
        await using var first = await RunningIntake.StartAsync(Udp);

        var error = await Assert.ThrowsAsync<IntakeListenException>(
            () => RunningIntake.StartAsync($"lines+udp://{first.Address}"));

        Assert.Equal(
            $"Bridge:Intakes:0:Url is 'lines+udp://{first.Address}', where another process listens: end it, or give another address",
            error.Message);
    }
}
