using System.Text.Json.Nodes;

namespace Deployment.Tests;

/// <summary>Short ways through a parsed document.</summary>
internal static class JsonReading
{
    /// <summary>The node behind names and, in arrays, numbers; null where the way ends.</summary>
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<object> way)
    {
        foreach (var step in way)
        {
            node = (node, step) switch
            {
                (JsonObject item, string name) => item[name],
                (JsonArray array, int index) when index < array.Count => array[index],
                _ => null,
            };
        }

        return node;
    }

    /// <summary>A scalar as text; empty for what is absent.</summary>
    public static string Text(this JsonNode? node) => node is JsonValue ? node.ToString() : "";

    /// <summary>An array's items; none for what is absent.</summary>
    public static IEnumerable<JsonNode> Items(this JsonNode? node) => node is JsonArray array ? array.OfType<JsonNode>() : [];

    /// <summary>An object's members; none for what is absent.</summary>
    public static IEnumerable<KeyValuePair<string, JsonNode?>> Members(this JsonNode? node) => node is JsonObject item
        ? item
        : [];

    /// <summary>True when every member of this is a member of the other, with the same value.</summary>
    public static bool IsWithin(this JsonNode? part, JsonNode? whole) =>
        part is JsonObject { Count: > 0 } && part.Members().All(member => whole.At(member.Key).Text() == member.Value.Text());
}
