using System.Text;
using Bridge.Core.Running;
using Bridge.Edge.Configuration;
using Bridge.Edge.Framing;
using Edge.Tests.Support;
using FsCheck.Xunit;

namespace Edge.Tests.Framing;

/// <summary>Where messages of a stream end.</summary>
public sealed class TextFramesTests
{
    // What the frames are made of in property tests: ends, counts right and wrong, and traps.
    private static readonly string[] Pieces =
        ["\n", "\r\n", "\0", "<13>a", "5 <13>b", "9 <13>b\ncd", "54 <1 minute", "7 ", "0 x", "123456789 <1>", "12 <1>", "<", "1", " ", "x\r", "\n\n", "éé", "99 <13>short"];

    [Fact]
    public void Counted_messages_and_lines_may_be_mixed()
    {
        Assert.Equal(
            ["<13>counted\nwith a line feed", "<14>line", "<15>again"],
            Read(StreamFraming.Auto, Counted("<13>counted\nwith a line feed") + "<14>line\n" + Counted("<15>again")));
    }

    [Theory]
    [InlineData("54 <1 minute\n", "54 <1 minute")]
    [InlineData("54 <1234>x\n", "54 <1234>x")]
    [InlineData("054 <13>x\n", "054 <13>x")]
    [InlineData("123456789 <13>x\n", "123456789 <13>x")]
    [InlineData("54<13>x\n", "54<13>x")]
    [InlineData("54  <13>x\n", "54  <13>x")]
    [InlineData("54 <>x\n", "54 <>x")]
    [InlineData("3 <13>x\n", "3 <13>x")]
    [InlineData("54", "54")]
    [InlineData("54 <13", "54 <13")]
    public void A_line_that_looks_like_a_count_stays_a_line(string stream, string message) =>
        Assert.Equal([message], Read(StreamFraming.Auto, stream));

    [Fact]
    public void A_count_that_is_too_small_leaves_a_rest_that_is_told_and_the_next_line_is_in_step()
    {
        var frames = ReadFrames(StreamFraming.Auto, "9 <13>hello world\n<13>next\n" + Counted("<13>last"), int.MaxValue, 1_000);

        Assert.Equal(["<13>hello", " world", "<13>next", "<13>last"], frames.Select(frame => frame.Text));
        Assert.Equal([false, true, false, false], frames.Select(frame => frame.IsOutOfStep));
    }

    [Fact]
    public void A_counted_message_whose_end_never_comes_has_its_announced_length()
    {
        var frame = Assert.Single(ReadFrames(StreamFraming.Auto, "99999999 <13>begun", int.MaxValue, 1_000));

        Assert.Equal(("<13>begun", 99_999_999L), (frame.Text, frame.FullLength));
    }

    [Theory]
    [InlineData("", 300)]
    [InlineData("300 ", 300)]
    public void A_long_message_is_cut_and_what_follows_is_read(string count, int length)
    {
        var message = "<13>" + new string('x', length - 4);

        var frames = ReadFrames(StreamFraming.Auto, $"{count}{message}{(count.Length > 0 ? "" : "\n")}<14>next\n", 7, 100);

        Assert.Equal([message[..100], "<14>next"], frames.Select(frame => frame.Text));
        Assert.Equal(length, frames[0].FullLength);
    }

    [Fact]
    public void Line_feeds_only_NULs_only_and_counts_only()
    {
        Assert.Equal(["a\0b", "9 <13>x", "end"], Read(StreamFraming.Lf, "a\0b\r\n9 <13>x\nend"));
        Assert.Equal(["a\nb", "end"], Read(StreamFraming.Nul, "a\nb\0end"));
        Assert.Equal(["a\nb", "{}"], Read(StreamFraming.Octet, "3 a\nb2 {}"));
    }

    [Fact]
    public void Without_room_in_the_budget_a_long_message_is_cut()
    {
        var budget = new ByteBudget(1);
        using var full = budget.TryReserve(1);
        using var frames = new TextFrames(StreamFraming.Lf, 1_000_000, budget);

        var read = FrameReading.ReadAll(frames, Encoding.ASCII.GetBytes(new string('x', 100_000) + "\nnext\n"), _ => 1_000);

        Assert.Equal(["next"], read.Skip(1).Select(frame => frame.Text));
        Assert.InRange(read[0].Text.Length, 1, 16 * 1024);
        Assert.Equal(100_000, read[0].FullLength);
    }

    [Property(MaxTest = 500)]
    public void However_a_stream_is_split_it_gives_the_same_messages(int seed)
    {
        var random = new Random(seed);
        var stream = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => Pieces[random.Next(Pieces.Length)]));
        foreach (var framing in Enum.GetValues<StreamFraming>())
        {
            var whole = ReadFrames(framing, stream, int.MaxValue, 8);
            Assert.Equal(whole, ReadFrames(framing, stream, 1, 8));
            Assert.Equal(whole, ReadFrames(framing, stream, _ => random.Next(1, 6), 8));
        }
    }

    [Property(MaxTest = 300)]
    public void What_was_written_as_frames_comes_out(int seed)
    {
        var random = new Random(seed);
        var messages = Enumerable.Range(0, random.Next(1, 8)).Select(_ => $"<{random.Next(192)}>{new string('x', random.Next(40))}").ToList();
        var stream = string.Concat(messages.Select(message => random.Next(2) == 0 ? Counted(message) : $"{message}\n"));

        Assert.Equal(messages, ReadFrames(StreamFraming.Auto, stream, _ => random.Next(1, 9), 1_000).Select(frame => frame.Text));
    }

    private static string Counted(string message) => $"{Encoding.UTF8.GetByteCount(message)} {message}";

    private static IEnumerable<string> Read(StreamFraming framing, string stream) =>
        ReadFrames(framing, stream, int.MaxValue, 1_000).Select(frame => frame.Text);

    private static List<ReadFrame> ReadFrames(StreamFraming framing, string stream, int part, int maxBytes) =>
        ReadFrames(framing, stream, _ => part, maxBytes);

    private static List<ReadFrame> ReadFrames(StreamFraming framing, string stream, Func<int, int> part, int maxBytes)
    {
        using var frames = new TextFrames(framing, maxBytes, new ByteBudget(1_000_000));
        return FrameReading.ReadAll(frames, Encoding.UTF8.GetBytes(stream), part);
    }
}
