using System.Globalization;
using System.Text.Json;

namespace Functions.Azure.Hosting;

/// <summary>An invocation as the Functions host posts it.</summary>
public sealed class TriggerRequest
{
    private readonly JsonElement _data;
    private readonly JsonElement _metadata;

    /// <summary>Reads an invocation; the document must outlive it.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public TriggerRequest(JsonElement body, string? traceParent)
    {
        if (body.ValueKind is not JsonValueKind.Object || !body.TryGetProperty("Data", out _data))
            throw new FormatException("the body has no member Data: only the Functions host invokes this path");
        body.TryGetProperty("Metadata", out _metadata);
        TraceParent = traceParent;
    }

    /// <summary>The trace that the host's call carries; null where it carries none.</summary>
    public string? TraceParent { get; }

    /// <summary>What a trigger's binding holds: a queue message's text as it was put on the queue, or a timer's JSON.</summary>
    /// <param name="binding">The binding's <c>name</c> in function.json.</param>
    /// <exception cref="FormatException">There is no such binding.</exception>
    public string Text(string binding) =>
        _data.ValueKind is JsonValueKind.Object && _data.TryGetProperty(binding, out var value)
            ? Unwrap(value)
            : throw new FormatException($"Data has no member '{binding}': it must be the name of the trigger's binding in function.json");

    /// <summary>What the host says about the trigger, such as <c>Id</c> or <c>DequeueCount</c>; null where it does not.</summary>
    public string? Metadata(string name) =>
        _metadata.ValueKind is JsonValueKind.Object && _metadata.TryGetProperty(name, out var value) ? Unwrap(value) : null;

    /// <summary>A number that the host says about the trigger; null where it does not.</summary>
    public long? MetadataNumber(string name) =>
        long.TryParse(Metadata(name), CultureInfo.InvariantCulture, out var number) ? number : null;

    // A queue message's text comes encoded as a JSON string twice, and what is JSON itself sometimes once or not at all.
    private static string Unwrap(JsonElement value)
    {
        if (value.ValueKind is not JsonValueKind.String)
            return value.GetRawText();
        var text = value.GetString()!;
        if (text is not ['"', .., '"'])
            return text;
        try
        {
            using var inner = JsonDocument.Parse(text);
            return inner.RootElement.GetString()!;
        }
        catch (JsonException)
        {
            // A text that merely begins and ends with a quotation mark.
            return text;
        }
    }
}
