using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Telemetry.Events;

/// <summary>Recognises pairs of a name and a value, whatever their class. A map is read as a list of such pairs.</summary>
internal static class ForeignPair
{
    /// <summary>Reads a pair's name and value; two-tuples are pairs when their first item is a text.</summary>
    /// <returns>False when the item is no pair.</returns>
    /// <exception cref="Exception">Whatever a caller's tuple throws.</exception>
    internal static bool TryRead(object? item, out object? name, out object? value)
    {
        switch (item)
        {
            case KeyValuePair<string, object?> pair:
                (name, value) = (pair.Key, pair.Value);
                return true;
            case KeyValuePair<string, string?> pair:
                (name, value) = (pair.Key, pair.Value);
                return true;
            // HTTP headers.
            case KeyValuePair<string, IEnumerable<string>> pair:
                (name, value) = (pair.Key, pair.Value);
                return true;
            case KeyValuePair<string, JsonNode?> pair:
                (name, value) = (pair.Key, pair.Value);
                return true;
            case DictionaryEntry entry:
                (name, value) = (entry.Key, entry.Value);
                return true;
            case JsonProperty property:
                (name, value) = (property.Name, property.Value);
                return true;
            case ITuple { Length: 2 } tuple when tuple[0] is string first:
                (name, value) = (first, tuple[1]);
                return true;
            case IGrouping<object, object> group:
                // Only its elements: read as a group again, it would be a pair without end.
                (name, value) = (group.Key, group.Select(static element => element));
                return true;
            default:
                return TryReadGeneric(item, out name, out value);
        }
    }

    // If ahead-of-time compilation removed the properties of a rare instantiation, it becomes a text, which redaction reads as a
    // pair.
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicProperties, typeof(KeyValuePair<,>))]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Properties of KeyValuePair, which the attribute keeps.")]
    private static bool TryReadGeneric(object? item, out object? name, out object? value)
    {
        (name, value) = (null, null);
        if (item?.GetType() is not { IsGenericType: true } type || type.GetGenericTypeDefinition() != typeof(KeyValuePair<,>))
            return false;
        if (type.GetProperty("Key") is not { } key || type.GetProperty("Value") is not { } content)
            return false;
        (name, value) = (key.GetValue(item), content.GetValue(item));
        return true;
    }
}
