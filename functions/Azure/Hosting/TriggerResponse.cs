using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Functions.Azure.Hosting;

/// <summary>What a function gives back to the Functions host: texts for its output bindings.</summary>
public sealed class TriggerResponse
{
    private readonly List<(string Binding, ReadOnlyMemory<byte> Text)> _outputs = [];

    /// <summary>Adds a text for an output binding, such as a message for a queue.</summary>
    /// <param name="binding">The binding's <c>name</c> in function.json.</param>
    /// <param name="text">The text, UTF-8.</param>
    public void Add(string binding, ReadOnlyMemory<byte> text) => _outputs.Add((binding, text));

    /// <summary>The answer's document; several texts of one binding become an array.</summary>
    internal ReadOnlyMemory<byte> ToJson()
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartObject("Outputs"u8);
            foreach (var binding in _outputs.GroupBy(output => output.Binding, StringComparer.Ordinal))
                Write(json, binding.Key, [.. binding.Select(output => Encoding.UTF8.GetString(output.Text.Span))]);
            json.WriteEndObject();
            json.WriteStartArray("Logs"u8);
            json.WriteEndArray();
            json.WriteNull("ReturnValue"u8);
            json.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, string binding, string[] texts)
    {
        if (texts is [var only])
        {
            json.WriteString(binding, only);
            return;
        }

        json.WriteStartArray(binding);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
