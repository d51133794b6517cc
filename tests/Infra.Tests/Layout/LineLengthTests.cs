namespace Infra.Tests.Layout;

/// <summary>Lines of C# end at 130 columns, as those of Markdown do.</summary>
public sealed class LineLengthTests
{
    private const int Columns = 130;

    // A longer text in quotes stays on one line, where a search finds it.
    private const int LongText = 80;

    private static readonly string[] Folders = ["bridge", "functions", "infra", "shared", "tests"];

    // To come: about 250 lines.
    private static readonly string[] NotYet = ["tests/Bridge.Tests/", "tests/Simulation/"];

    [Fact]
    public void No_line_is_longer_than_130_columns() => Assert.Empty(
        from path in Folders.SelectMany(CSharp.Files)
        let name = CSharp.NameOf(path)
        where !NotYet.Any(folder => name.StartsWith(folder, StringComparison.Ordinal))
        from number in LongLines(File.ReadAllText(path))
        select $"{name}:{number}");

    [Fact]
    public void Only_a_long_text_in_quotes_makes_a_line_longer()
    {
        var wide = new string('a', Columns + 1);
        var words = string.Join(", ", Enumerable.Repeat("\"word\"", 20));

        Assert.Equal([1, 3, 7], LongLines($""""
            // {wide}
            Call("{wide}");
            Call({words});
            var text = """
                {wide}
                """;
            {wide};
            Call($"{wide}");
            {new string('a', Columns)}
            """"));
    }

    private static IEnumerable<int> LongLines(string source)
    {
        var isText = false;
        foreach (var (index, line) in source.Split('\n').Index())
        {
            // Text in three quotes is what a program reads or writes: its lines are as long as they are.
            var quotes = line.Split("\"\"\"").Length - 1;
            var hasText = isText || quotes > 0;
            isText ^= quotes % 2 == 1;
            if (line.Length > Columns && !hasText && LongestText(line) < LongText)
                yield return index + 1;
        }
    }

    private static int LongestText(string line) => line.Replace("\\\"", "  ", StringComparison.Ordinal).Split('"')
        .Where((_, number) => number % 2 == 1)
        .Select(text => text.Length)
        .DefaultIfEmpty()
        .Max();
}
