using System.Net.Sockets;
using System.Text;
using Bridge.Core.Running;
using Bridge.Edge.Framing;
using Edge.Tests.Support;
using FsCheck.Xunit;

namespace Edge.Tests.Intakes;

/// <summary>RELP: an answer for each message that the spool has.</summary>
public sealed class RelpTests
{
    private const string Relp = "relp+tcp://127.0.0.1:0";

    [Fact]
    public async Task A_session_is_opened_answers_each_message_and_is_closed()
    {
        await using var intake = await RunningIntake.StartAsync(Relp);
        using var client = await ConnectAsync(intake);

        await SendAsync(client, "1 open 30 relp_version=0\ncommands=syslog\n");
        var hello = await ReceiveAsync(client, "commands=syslog\n");
        await SendAsync(client, "2 syslog 16 <13>a\nb with LF!\n3 syslog 5 <11>x\n4 close 0\n");
        var answers = await ReceiveAsync(client, "serverclose 0\n");

        Assert.StartsWith("1 rsp ", hello, StringComparison.Ordinal);
        Assert.Contains(" 200 OK\nrelp_version=0\n", hello, StringComparison.Ordinal);
        Assert.Equal("2 rsp 6 200 OK\n3 rsp 6 200 OK\n4 rsp 0\n0 serverclose 0\n", answers);
        Assert.Equal(["a\nb with LF!", "x"], intake.Collector.Messages);
    }

    [Fact]
    public async Task No_message_is_answered_before_the_spool_has_it()
    {
        await using var intake = await RunningIntake.StartAsync(Relp);
        intake.Collector.IsSlow = true;
        using var client = await ConnectAsync(intake);
        await SendAsync(client, "1 syslog 5 <13>a\n");
        await intake.ArrivedAsync(1);

        var answer = ReceiveAsync(client, "OK\n");
        await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(TimeSpan.FromMilliseconds(300), TimeProvider.System));
        intake.Collector.IsSlow = false;

        Assert.Equal("1 rsp 6 200 OK\n", await answer);
    }

    [Fact]
    public async Task A_stop_answers_what_was_taken()
    {
        await using var intake = await RunningIntake.StartAsync(Relp);
        intake.Collector.IsSlow = true;
        using var client = await ConnectAsync(intake);
        await SendAsync(client, "1 syslog 5 <13>a\n");
        await intake.ArrivedAsync(1);

        var stopping = intake.StopAsync();
        intake.Collector.IsSlow = false;
        await stopping;

        Assert.Equal("1 rsp 6 200 OK\n", await ReceiveAsync(client, "OK\n"));
    }

    [Fact]
    public async Task An_unknown_command_is_refused_and_what_is_no_RELP_ends_the_connection()
    {
        await using var intake = await RunningIntake.StartAsync(Relp);
        using var client = await ConnectAsync(intake);

        await SendAsync(client, "1 starttls 0\n");
        Assert.Equal("1 rsp 19 500 unknown command\n", await ReceiveAsync(client, "command\n"));
        await SendAsync(client, "<13>plain syslog\n");

        Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Eventually.Patience));
        Assert.Equal(1, intake.Metric("unreadable"));
    }

    [Fact]
    public async Task A_thousand_messages_at_once_are_answered_in_order()
    {
        await using var intake = await RunningIntake.StartAsync(Relp);
        using var client = await ConnectAsync(intake);

        await SendAsync(client, string.Concat(Enumerable.Range(1, 5_000).Select(i => $"{i} syslog 8 <13>{i:D4}\n")));
        var answers = await ReceiveAsync(client, "\n5000 rsp 6 200 OK\n");

        Assert.Equal(string.Concat(Enumerable.Range(1, 5_000).Select(i => $"{i} rsp 6 200 OK\n")), answers);
        Assert.Equal(5_000, intake.Collector.Count);
    }

    [Property(MaxTest = 300)]
    public void However_a_stream_is_split_it_gives_the_same_frames(int seed)
    {
        var random = new Random(seed);
        var frames = Enumerable.Range(1, random.Next(1, 6))
            .Select(i => (i, "syslog", new string('x', random.Next(12)))).ToList();
        var stream = Encoding.ASCII.GetBytes(string.Concat(frames.Select(
            one => one.Item3.Length == 0 ? $"{one.i} syslog 0\n" : $"{one.i} syslog {one.Item3.Length} {one.Item3}\n")));

        Assert.Equal(frames, Read(stream, () => random.Next(1, 9)));
    }

    private static List<(int, string, string)> Read(byte[] stream, Func<int> part)
    {
        using var frames = new RelpFrames(1_000, new ByteBudget(1_000));
        var read = new List<(int, string, string)>();
        for (var at = 0; at < stream.Length;)
        {
            var length = Math.Min(part(), stream.Length - at);
            ReadOnlyMemory<byte> input = stream.AsMemory(at, length);
            while (frames.TryRead(ref input, out var frame))
                read.Add((frame.Transaction, frame.Command, Encoding.ASCII.GetString(frame.Data.Bytes.Span)));
            at += length;
        }

        Assert.False(frames.IsLost);
        return read;
    }

    private static async Task<TcpClient> ConnectAsync(RunningIntake intake)
    {
        var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync(intake.Address);
        return client;
    }

    private static Task SendAsync(TcpClient client, string text) =>
        client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text)).AsTask();

    private static async Task<string> ReceiveAsync(TcpClient client, string end)
    {
        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            var read = await client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(Eventually.Patience);
            Assert.True(read > 0, $"the connection ended after '{text}'");
            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return text.ToString();
    }
}
