using System.Globalization;
using System.Security;
using System.Text;

namespace Local.Bench;

/// <summary>
/// A comparison's first column as bars, each with a line from its least to its most; readable on light and dark pages.
/// </summary>
internal static class BarPlot
{
    private const int Width = 760;
    private const int Left = 250;
    private const int Right = 90;
    private const int RowHeight = 26;
    private const int Top = 34;

    // Where a theme is not told, the greys and the blue stand out from white and from black.
    private const string Style = """
        text{font:13px system-ui,sans-serif;fill:#57606a}.bar{fill:#3b82c4}.spread{stroke:#57606a;stroke-width:1.5}
        @media (prefers-color-scheme:dark){text{fill:#c9d1d9}.bar{fill:#58a6ff}.spread{stroke:#c9d1d9}}
        """;

    /// <summary>The plot as SVG.</summary>
    public static string Of(ComparisonResult result)
    {
        var metric = result.Comparison.Columns[0];
        var rows = result.Comparison.Contenders.Select(contender => (contender.Name, Spread: result.Of(contender, metric)!.Value))
            .ToList();
        var scale = (Width - Left - Right) / rows.Max(row => row.Spread.Max);
        var height = Top + (RowHeight * rows.Count) + 6;
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" role=\"img\">\n");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<style>{Style}</style>\n<text x=\"{Left}\" y=\"18\">{Escaped(metric.Title)}</text>\n");
        for (var row = 0; row < rows.Count; row++)
            Append(svg, rows[row].Name, rows[row].Spread, metric, scale, Top + (row * RowHeight));
        return svg.Append("</svg>\n").ToString();
    }

    private static void Append(StringBuilder svg, string name, Spread spread, Metric metric, double scale, int y)
    {
        var middle = y + (RowHeight / 2);
        svg.Append(CultureInfo.InvariantCulture, $"""
            <text x="{Left - 8}" y="{middle + 4}" text-anchor="end">{Escaped(name)}</text>
            <rect class="bar" x="{Left}" y="{y + 4}" width="{spread.Median * scale:0.#}" height="{RowHeight - 8}"/>
            <line class="spread" x1="{Left + (spread.Min * scale):0.#}" x2="{Left + (spread.Max * scale):0.#}" y1="{middle}" y2="{middle}"/>
            <text x="{Left + (spread.Max * scale) + 6:0.#}" y="{middle + 4}">{metric.Write(spread.Median)}</text>

            """);
    }

    private static string Escaped(string text) => SecurityElement.Escape(text)!;
}
