using System.Text.Json;
using System.Text.RegularExpressions;

namespace Infra.Tests.Bicep;

/// <summary>What the compiler lets pass and Azure refuses, looked for in a compiled file.</summary>
internal static partial class CompiledRules
{
    private static readonly string[] Comparisons = ["Equals", "GreaterThan", "GreaterThanOrEqual", "LessThan", "LessThanOrEqual"];

    // As Azure's REST reference lists them. The published types take any other text too, so the compiler does not report one.
    private static readonly (string Property, string[] Values)[] KnownValues =
    [
        (".operator", Comparisons),
        (".runtime.name", ["custom", "dotnet-isolated", "java", "node", "powershell", "python"]),
    ];

    /// <summary>Says what is wrong, one text each.</summary>
    public static IEnumerable<string> Broken(JsonElement template) => template.GetProperty("resources").EnumerateArray()
        .SelectMany(BrokenNames).Concat(BrokenValues(template, ""));

    private static IEnumerable<string> BrokenNames(JsonElement resource)
    {
        var type = resource.GetProperty("type").GetString()!;
        var name = resource.GetProperty("name").GetString()!;
        var depth = type.Count(part => part == '/');
        var parts = string.Join('/', Enumerable.Range(0, depth).Select(part => $"{{{part}}}"));
        if (depth > 1 && !name.StartsWith($"[format('{parts}'", StringComparison.Ordinal))
            yield return $"{name} names no parent: {type} needs the property parent";
        if (type.EndsWith("/queueServices/queues", StringComparison.Ordinal) && LastText().Match(name) is { Success: true } last
            && !QueueName().IsMatch(last.Groups["text"].Value))
        {
            yield return $"'{last.Groups["text"].Value}' is no name of a queue: it does not match {QueueName()}";
        }
    }

    private static IEnumerable<string> BrokenValues(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject()
            .SelectMany(property => BrokenValues(property.Value, $"{path}.{property.Name}")),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => BrokenValues(item, path)),
        JsonValueKind.String when element.GetString() is { } text && !text.StartsWith('[') => KnownValues
            .Where(known => path.EndsWith(known.Property, StringComparison.Ordinal))
            .Where(known => !known.Values.Contains(text, StringComparer.Ordinal))
            .Select(known => $"'{text}' is no value of {path}: {string.Join(", ", known.Values)} are"),
        _ => [],
    };

    // The last argument of format(), where that is a text.
    [GeneratedRegex(@"'(?<text>[^']*)'\)\]$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LastText();

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex QueueName();
}
