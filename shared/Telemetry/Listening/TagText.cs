using System.Text;
using Telemetry.Events;

namespace Telemetry.Listening;

/// <summary>
/// A tag's value of a caller's own type. It is read once, when it is measured, so that comparing and sending do not run the
/// caller's code. Two values with the same text are equal.
/// </summary>
/// <param name="Json">The value as it is written to the event.</param>
internal sealed record TagText(string Json)
{
    /// <summary>Whether tags can be compared as they are.</summary>
    internal static bool IsNeededFor(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (ref readonly var tag in tags)
        {
            if (tag.Key is null || !EventValues.IsPlain(tag.Value))
                return true;
        }

        return false;
    }

    /// <summary>A copy of tags in which values of callers' own types are read.</summary>
    internal static KeyValuePair<string, object?>[] Read(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var read = tags.ToArray();
        foreach (ref var tag in read.AsSpan())
            tag = new(tag.Key ?? "", EventValues.IsPlain(tag.Value) ? tag.Value : Read(tag.Value));
        return read;
    }

    /// <summary>Writes a tag as a member.</summary>
    internal static void Write(JsonOutput json, in KeyValuePair<string, object?> tag)
    {
        if (tag.Value is TagText text)
        {
            json.WritePropertyName(tag.Key);
            json.WriteJson(text.Json);
        }
        else
        {
            EventValues.WriteMember(json, tag.Key, tag.Value);
        }
    }

    private static TagText Read(object? value)
    {
        var writer = EventWriter.Take();
        EventValues.WriteElement(writer.Json, value);
        var text = new TagText(Encoding.UTF8.GetString(writer.Json.Written));
        writer.Return();
        return text;
    }
}
