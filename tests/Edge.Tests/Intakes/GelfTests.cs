using System.IO.Compression;
using System.Text;
using Bridge.Edge.Configuration;
using Edge.Tests.Support;

namespace Edge.Tests.Intakes;

/// <summary>GELF over UDP and TCP.</summary>
public sealed class GelfTests
{
    private const string Udp = "gelf+udp://127.0.0.1:0";
    private const string Json = """{"version":"1.1","host":"web-1","short_message":"failed","full_message":"failed\nat line 1","timestamp":1385053862.3072,"level":3,"_user_id":9001,"_tags":"a","line":7}""";

    [Fact]
    public async Task Members_become_those_of_an_event()
    {
        await using var intake = await RunningIntake.StartAsync(Udp);

        intake.SendDatagrams(Json);

        await intake.ArrivedAsync(1);
        Assert.Equal(
            """{"timestamp":"2013-11-21T17:11:02.3072000Z","style":"logs","level":"error","instance":"web-1","message":"failed","attributes":{"full_message":"failed\nat line 1","syslog.severity":3,"user_id":9001,"tags":"a","code.line.number":7,"network.peer.address":"127.0.0.1"}}""",
            intake.Collector.Texts[0]);
    }

    [Fact]
    public async Task Gzip_and_zlib_are_expanded()
    {
        await using var intake = await RunningIntake.StartAsync(Udp);

        intake.SendDatagrams([Gzip(Encoding.UTF8.GetBytes(Json)), Zlib(Encoding.UTF8.GetBytes(Json))]);

        await intake.ArrivedAsync(2);
        Assert.Equal(["failed", "failed"], intake.Collector.Messages);
    }

    [Fact]
    public async Task Chunks_in_any_order_repeated_and_mixed_with_others_are_one_message_each()
    {
        await using var intake = await RunningIntake.StartAsync(Udp);
        var one = Chunks(1, Gzip(Encoding.UTF8.GetBytes(Json)), 20);
        var two = Chunks(2, Encoding.UTF8.GetBytes("""{"short_message":"second","host":"h"}"""), 5);

        intake.SendDatagrams([one[1], one[1], two[0], .. one.Reverse().Where(chunk => chunk != one[1]), .. two.Skip(1)]);

        await intake.ArrivedAsync(2);
        Assert.Equal(["failed", "second"], intake.Collector.Messages.Order());
    }

    [Fact]
    public async Task A_bomb_is_dropped_as_oversize()
    {
        await using var intake = await RunningIntake.StartAsync(Udp);

        intake.SendDatagrams([Gzip(Encoding.UTF8.GetBytes("{\"short_message\":\"" + new string('x', 20_000_000) + "\"}"))]);

        await Eventually.TrueAsync(() => intake.Metric("oversize") == 1);
        Assert.Equal(0, intake.Collector.Count);
    }

    [Fact]
    public async Task What_is_no_GELF_is_dropped_as_unreadable()
    {
        await using var intake = await RunningIntake.StartAsync(Udp);

        intake.SendDatagrams([[.. "no json"u8], [0x1F, 0x8B, 1, 2], [0x1E, 0x0F, 1], Chunk(3, 5, 2, [1]), Chunk(3, 0, 0, [1])]);

        await Eventually.TrueAsync(() => intake.Metric("unreadable") == 5);
        Assert.Equal(0, intake.Collector.Count);
    }

    [Fact]
    public async Task Chunks_whose_others_do_not_come_are_dropped_and_counted()
    {
        var clock = new FakeTimeProvider();
        await using var intake = await RunningIntake.StartAsync(Udp, clock);
        intake.SendDatagrams([Chunk(1, 0, 2, [1])]);
        intake.SendDatagrams("{}");
        await intake.ArrivedAsync(1);

        clock.Advance(TimeSpan.FromSeconds(6));
        intake.SendDatagrams([Chunk(2, 0, 2, [1])]);

        await Eventually.TrueAsync(() => intake.Metric("unreadable") == 1);
    }

    [Fact]
    public async Task Over_TCP_a_NUL_ends_a_message()
    {
        await using var intake = await RunningIntake.StartAsync(new IntakeOptions { Url = "gelf+tcp://127.0.0.1:0" });

        await intake.SendStreamAsync("{\"short_message\":\n\"one\"}\0{\"short_message\":\"two\"}\0");

        await intake.ArrivedAsync(2);
        Assert.Equal(["one", "two"], intake.Collector.Messages);
    }

    private static byte[][] Chunks(byte id, byte[] message, int length)
    {
        var parts = message.Chunk(length).ToArray();
        return [.. parts.Select((part, index) => Chunk(id, (byte)index, (byte)parts.Length, part))];
    }

    private static byte[] Chunk(byte id, byte index, byte count, byte[] part) =>
        [0x1E, 0x0F, id, 0, 0, 0, 0, 0, 0, 0, index, count, .. part];

    private static byte[] Gzip(byte[] bytes) => Compress(bytes, output => new GZipStream(output, CompressionLevel.Optimal));

    private static byte[] Zlib(byte[] bytes) => Compress(bytes, output => new ZLibStream(output, CompressionLevel.Optimal));

    private static byte[] Compress(byte[] bytes, Func<Stream, Stream> compress)
    {
        using var output = new MemoryStream();
        using (var stream = compress(output))
            stream.Write(bytes);
        return output.ToArray();
    }
}
