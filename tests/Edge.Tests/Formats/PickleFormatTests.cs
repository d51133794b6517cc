using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Bridge.Core.Running;
using Bridge.Edge.Formats;
using Bridge.Edge.Formats.Pickle;
using Bridge.Edge.Framing;
using Edge.Tests.Support;
using FsCheck.Xunit;
using Telemetry.Events;
using Telemetry.Wire;

namespace Edge.Tests.Formats;

/// <summary>Pickles read as data.</summary>
public sealed class PickleFormatTests
{
    private const int MaxBytes = 1024 * 1024;
    private static readonly DateTimeOffset Received = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    // Values of every kind, pickled with every protocol; one line of Base64 each.
    private const string Values = """
        import pickle, base64, datetime
        shared = ['x']
        value = {'msg': 'm', 'text': 'h\u00e9\U0001f600\n\'"\\', 'latin': '\xff', 'empty': '', 'none': None, 'yes': True, 'no': False,
                 'small': 7, 'negative': -3, 'short': 60000, 'int': 2**31-1, 'long': 2**40, 'huge': 2**100, 'minus': -2**70, 'float': 1.5,
                 'nan': float('nan'), 'inf': float('-inf'), 'list': [1, [2, 'a'], ()], 'one': (1,), 'two': (1, 2), 'three': (1, 2, 3),
                 'four': (1, 2, 3, 4), 'dict': {'a': {'b': 1}, 2: 'int', None: 'n'}, 'shared': [shared, shared], 'long_text': 'y' * 300,
                 'many': list(range(2000)), 'when': datetime.timedelta(1)}
        for protocol in range(6):
            print(base64.b64encode(pickle.dumps(value, protocol)).decode())
        """;

    [Fact]
    [Trait("Lane", "full")]
    public async Task Pickles_of_all_protocols_by_real_Python_give_the_same_values()
    {
        var lines = (await Python.RunAsync(Values)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(6, lines.Length);
        foreach (var line in lines)
        {
            var read = Read(Convert.FromBase64String(line));
            var values = read.GetProperty("attributes");

            Assert.Equal("m", read.GetProperty("message").GetString());
            Assert.Equal("hé😀\n'\"\\", values.GetProperty("text").GetString());
            Assert.Equal("ÿ", values.GetProperty("latin").GetString());
            Assert.Equal(
                """{"empty":"","none":null,"yes":true,"no":false,"small":7,"negative":-3,"short":60000,"int":2147483647,"long":1099511627776,"huge":1267650600228229401496703205376,"minus":-1180591620717411303424,"float":1.5,"nan":"NaN","inf":"-Infinity","list":[1,[2,"a"],[]],"one":[1],"two":[1,2],"three":[1,2,3],"four":[1,2,3,4],"dict":{"a":{"b":1},"2":"int","None":"n"},"shared":[["x"],["x"]]""",
                Between(values.GetRawText(), "\"empty\"", ",\"long_text\""));
            Assert.Equal(1_025, values.GetProperty("many").GetArrayLength());
            Assert.Equal("[object datetime.timedelta]", values.GetProperty("when").GetString());
        }
    }

    [Fact]
    [Trait("Lane", "full")]
    public async Task Nothing_in_a_pickle_is_executed()
    {
        var file = Path.Combine(Path.GetTempPath(), $"executed-{Guid.NewGuid():N}");
        var lines = await Python.RunAsync(
            """
            import pickle, base64, os, sys
            class Evil:
                def __reduce__(self):
                    return (os.system, ('touch ' + sys.argv[1],))
            for protocol in range(6):
                print(base64.b64encode(pickle.dumps({'msg': 'm', 'evil': Evil()}, protocol)).decode())
            """,
            file);

        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var attributes = Read(Convert.FromBase64String(line)).GetProperty("attributes");
            Assert.Equal("[object posix.system]", attributes.GetProperty("evil").GetString());
        }

        Assert.False(File.Exists(file));
    }

    [Fact]
    public void A_call_as_the_whole_pickle_is_unreadable() =>
        Assert.Equal(FormatResult.Unreadable, Write("cos\nsystem\n(S'touch /tmp/x'\ntR."u8, out _));

    [Fact]
    public void A_memo_bomb_stays_within_the_bounds_of_elements()
    {
        // Each list has the one before it twice: 2^20 elements in some 300 bytes.
        var bomb = new StringBuilder("(dS'bomb'\n(lp0\n");
        for (var i = 1; i <= 20; i++)
            bomb.Append($"0(g{i - 1}\ng{i - 1}\nlp{i}\n");
        bomb.Append("s.");
        var pickle = Encoding.ASCII.GetBytes(bomb.ToString());

        var (read, milliseconds) = Measure(() => Write(pickle, out _));

        Assert.Equal(FormatResult.Event, read);
        Assert.InRange(pickle.Length, 1, 400);
        Assert.InRange(Write(pickle, out var json) is FormatResult.Event ? json.Length : 0, 1, 400_000);
        Assert.InRange(milliseconds, 0, 2_000);
    }

    [Fact]
    public void A_long_text_that_is_named_many_times_does_not_grow_beyond_the_limit()
    {
        var names = string.Concat(Enumerable.Repeat("g1\na", 900));
        var pickle = Encoding.ASCII.GetBytes($"(dS'bomb'\n(lS'{new string('x', 100_000)}'\np1\na{names}s.");

        Assert.Equal(FormatResult.Event, Write(pickle, out var json));

        Assert.InRange(json.Length, 900_000, 1_200_000);
    }

    [Fact]
    public void A_list_that_holds_itself_ends()
    {
        Assert.Equal(FormatResult.Event, Write("(dS'a'\n(lp0\ng0\nas."u8, out var json));
        Assert.Contains("…[cut]", Encoding.UTF8.GetString(json), StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_is_cut()
    {
        var pickle = Encoding.ASCII.GetBytes($"(dS'a'\n{new string('(', 90_000)}{new string('l', 90_000)}s.");

        Assert.Equal(FormatResult.Event, Write(pickle, out var json));

        Assert.InRange(json.Length, 1, 1_000);
        Assert.Null(EventJson.Problem(json));
    }

    [Fact]
    public void Numbers_that_take_long_to_read_are_left_out()
    {
        var pickle = Encoding.ASCII.GetBytes($"(dS'a'\nL{new string('9', 900_000)}L\ns.");

        var (read, milliseconds) = Measure(() => Write(pickle, out _));

        Assert.Equal(FormatResult.Event, read);
        Assert.InRange(milliseconds, 0, 2_000);
    }

    [Fact]
    public void More_operations_than_the_limit_are_unreadable() =>
        Assert.Equal(
            FormatResult.Unreadable,
            Write(Encoding.ASCII.GetBytes($"(dS'a'\n(l{new string(']', PickleReader.MostOperations)}ls."), out _));

    [Fact]
    public void A_pickle_above_the_limit_is_dropped_whole() => Assert.Equal(
        FormatResult.Oversize,
        new PickleFormat(false, MaxBytes).Write(new IncomingMessage("}."u8, 3, Sender, Received), new JsonOutput()));

    [Property(MaxTest = 3_000)]
    public void Any_bytes_are_an_event_or_unreadable(byte[] bytes)
    {
        if (Write([(byte)'}', .. bytes, (byte)'.'], out var json) is FormatResult.Event)
            Assert.Null(EventJson.Problem(json));
    }

    [Property(MaxTest = 3_000)]
    public void Any_order_of_operations_is_an_event_or_unreadable(int seed)
    {
        var random = new Random(seed);
        var operations = Enum.GetValues<PickleOpcode>();
        var pickle = new List<byte>("(dp0\n(l"u8.ToArray());
        for (var i = random.Next(60); i > 0; i--)
        {
            pickle.Add((byte)operations[random.Next(operations.Length)]);
            if (random.Next(3) == 0)
                pickle.AddRange("0\n"u8);
        }

        pickle.AddRange("00}."u8);
        if (Write([.. pickle], out var json) is FormatResult.Event)
            Assert.Null(EventJson.Problem(json));
    }

    [Property(MaxTest = 300)]
    public void However_a_stream_is_split_it_gives_the_same_pickles(int seed)
    {
        var random = new Random(seed);
        var messages = Enumerable.Range(0, random.Next(6)).Select(_ => new string('x', random.Next(1, 30))).ToList();
        var stream = messages
            .SelectMany(message => (byte[])[0, 0, 0, (byte)message.Length, .. Encoding.ASCII.GetBytes(message)]).ToArray();
        using var frames = new LengthFrames(20, new ByteBudget(1_000_000));

        var read = FrameReading.ReadAll(frames, stream, _ => random.Next(1, 12));

        Assert.Equal(
            messages.Select(message => (message[..Math.Min(20, message.Length)], (long)message.Length)),
            read.Select(frame => (frame.Text, frame.FullLength)));
    }

    [Fact]
    public void A_frame_of_4_GiB_ends_the_connection()
    {
        using var frames = new LengthFrames(20, new ByteBudget(1_000_000));

        Assert.Empty(FrameReading.ReadAll(frames, new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3 }, _ => 1));

        Assert.True(frames.IsLost);
    }

    private static Peer Sender { get; } = new(IPAddress.Loopback, TimeZoneInfo.Utc);

    private static JsonElement Read(byte[] pickle)
    {
        Assert.Equal(FormatResult.Event, Write(pickle, out var json));
        return JsonDocument.Parse(json).RootElement;
    }

    private static FormatResult Write(ReadOnlySpan<byte> pickle, out byte[] json)
    {
        var output = new JsonOutput();
        var message = new IncomingMessage(pickle, pickle.Length, Sender, Received);
        var result = new PickleFormat(false, MaxBytes).Write(message, output);
        json = output.Written.ToArray();
        return result;
    }

    private static (T Result, double Milliseconds) Measure<T>(Func<T> work)
    {
        var began = Stopwatch.GetTimestamp();
        return (work(), Stopwatch.GetElapsedTime(began).TotalMilliseconds);
    }

    private static string Between(string text, string from, string to)
    {
        var start = text.IndexOf(from, StringComparison.Ordinal);
        return $"{{{text[start..text.IndexOf(to, StringComparison.Ordinal)]}";
    }
}
