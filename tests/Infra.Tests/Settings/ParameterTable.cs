using System.Text.Json;

namespace Infra.Tests.Settings;

/// <summary>A template's parameters as its README lists them.</summary>
internal static class ParameterTable
{
    /// <summary>The rows for some parameters.</summary>
    public static IReadOnlyList<string> Rows(IEnumerable<TemplateParameter> parameters) =>
        [.. parameters.Select(Row).Order(StringComparer.Ordinal)];

    /// <summary>The rows that a README has.</summary>
    public static IReadOnlyList<string> RowsOf(string readme) =>
        [.. File.ReadAllLines(readme).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static string Row(TemplateParameter parameter)
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
        return $"| `{parameter.Name}` | {parameter.Description} | {origin} |";
    }
}
