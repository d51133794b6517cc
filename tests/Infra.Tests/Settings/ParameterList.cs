using System.Text.Json;
using System.Text.RegularExpressions;

namespace Infra.Tests.Settings;

/// <summary>
/// A template's parameters as its README lists them: <c>- `NAME` (DEFAULT): DESCRIPTION</c>, in as many lines as that takes.
/// </summary>
internal static partial class ParameterList
{
    /// <summary>The items for some parameters.</summary>
    public static IReadOnlyList<string> Items(IEnumerable<TemplateParameter> parameters) =>
        [.. parameters.Select(Item).Order(StringComparer.Ordinal)];

    /// <summary>The items that a README has below its heading <c>Parameters</c>.</summary>
    public static IReadOnlyList<string> ItemsOf(string readme) =>
    [
        .. Listed().Matches(SectionOf(readme)).Select(match => match.Value.Trim().Replace("\n  ", " ", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private static string SectionOf(string readme)
    {
        var page = File.ReadAllText(readme);
        var start = page.IndexOf("\n## Parameters\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"{readme} has no section 'Parameters'");
        return page[start..page.IndexOf("\n## ", start + 1, StringComparison.Ordinal)];
    }

    private static string Item(TemplateParameter parameter)
    {
        var value = parameter.Default;
        var shown = value.ValueKind is JsonValueKind.Array && value.GetArrayLength() == 0 ? "" : value.ToString();
        var origin = (parameter.IsSecret, value.ValueKind, shown) switch
        {
            (true, _, _) => "from the environment",
            (_, JsonValueKind.Null or JsonValueKind.Undefined, _) => "required",
            (_, _, "") => "empty",
            _ => $"`{(value.ValueKind is JsonValueKind.True or JsonValueKind.False ? shown.ToLowerInvariant() : shown.Trim('[', ']'))}`",
        };
        return $"- `{parameter.Name}` ({origin}): {parameter.Description}";
    }

    [GeneratedRegex("^- `.*\n(  .*\n)*", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Listed();
}
