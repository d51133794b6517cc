using System.Text;
using Bridge.Tools;

namespace Bridge.Tests.Commands;

/// <summary>Lines that come in pieces of every size, long ones and wrong ones.</summary>
public sealed class JsonLinesTests
{
    private const int Longest = 1_000;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Events_come_in_order_and_byte_for_byte_whatever_the_pieces(int piece)
    {
        var events = Enumerable.Range(0, 300).Select(number => $$"""{"number":{{number}},"text":"{{new string('ä', number)}}"}""").ToList();

        var (read, problems) = await ReadAsync("\uFEFF" + string.Join("\n", events), piece);

        Assert.Equal(events, read);
        Assert.Empty(problems);
    }

    [Fact]
    public async Task Blank_lines_and_white_space_are_no_events()
    {
        var (read, problems) = await ReadAsync("\n  \r\n \t{\"a\": 1} \r\n\n{}", piece: 3);

        Assert.Equal(["{\"a\": 1}", "{}"], read);
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("[1]", "does not begin with {")]
    [InlineData("\"secret\"", "does not begin with {")]
    [InlineData("{\"secret\"", "goes wrong at byte")]
    [InlineData("{\"secret\":1}}", "goes wrong at byte 13")]
    [InlineData("{} {}", "goes wrong at byte")]
    public async Task Another_line_is_named_by_its_number_and_the_rest_is_read(string wrong, string problem)
    {
        var (read, problems) = await ReadAsync($"{{\"a\":1}}\n\n{wrong}\n{{\"b\":2}}\n", piece: 5);

        Assert.Equal(["{\"a\":1}", "{\"b\":2}"], read);
        Assert.Contains(problem, Assert.Single(problems), StringComparison.Ordinal);
        Assert.StartsWith("3: ", problems[0], StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problems[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300_000)]
    public async Task A_line_over_the_limit_is_skipped_to_its_end(int piece)
    {
        static string Of(int bytes) => $$"""{"a":"{{new string('x', bytes - 8)}}"}""";

        var (read, problems) = await ReadAsync($"{Of(Longest)}\n{Of(Longest + 1)}\n{Of(500_000)}\n{{}}\n{Of(2_000)}", piece);

        Assert.Equal([Of(Longest), "{}"], read);
        Assert.Equal([$"2: longer than {Longest} bytes", $"3: longer than {Longest} bytes", $"5: longer than {Longest} bytes"], problems);
    }

    private static async Task<(List<string> Events, List<string> Problems)> ReadAsync(string text, int piece)
    {
        var (events, problems) = (new List<string>(), new List<string>());
        await new JsonLines(Longest).ReadAsync(
            new StreamInPieces(Encoding.UTF8.GetBytes(text), piece),
            json =>
            {
                events.Add(Encoding.UTF8.GetString(json.Span));
                return ValueTask.CompletedTask;
            },
            (line, problem) => problems.Add($"{line}: {problem}"),
            CancellationToken.None);
        return (events, problems);
    }

    /// <summary>Gives at most so many bytes a read.</summary>
    private sealed class StreamInPieces(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
