using System.Text.Json;

namespace Infra.Tests.Settings;

/// <summary>A template's parameters as its README lists them.</summary>
internal static class ParameterTable
{
    /// <summary>The rows for some parameters.</summary>
    public static IReadOnlyList<string> Rows(IEnumerable<JsonProperty> parameters, Func<JsonElement, bool> isSecret) =>
        [.. parameters.Select(parameter => Row(parameter.Name, parameter.Value, isSecret(parameter.Value))).Order(StringComparer.Ordinal)];

    /// <summary>The rows that a README has.</summary>
    public static IReadOnlyList<string> RowsOf(string readme) =>
        [.. File.ReadAllLines(readme).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static string Row(string name, JsonElement parameter, bool isSecret)
    {
        var value = parameter.GetProperty("default");
        var shown = value.ValueKind is JsonValueKind.Array && value.GetArrayLength() == 0 ? "" : value.ToString();
        var origin = (isSecret, value.ValueKind, shown) switch
        {
            (true, _, _) => "from the environment",
            (_, JsonValueKind.Null, _) => "required",
            (_, _, "") => "empty",
            _ => $"`{(value.ValueKind is JsonValueKind.True or JsonValueKind.False ? shown.ToLowerInvariant() : shown)}`",
        };
        return $"| `{name}` | {parameter.GetProperty("description").GetString()} | {origin} |";
    }
}
