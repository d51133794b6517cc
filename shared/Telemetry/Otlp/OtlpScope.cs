using Telemetry.Events;

namespace Telemetry.Otlp;

/// <summary>What the items of one scope have in common: the resource and the name of what made them.</summary>
/// <param name="group">The message that holds the resource; if it has several parts, they belong together.</param>
/// <param name="name">The scope's name.</param>
internal readonly ref struct OtlpScope(ReadOnlySpan<byte> group, ReadOnlySpan<byte> name)
{
    /// <summary>The name of the source, meter or category.</summary>
    internal ReadOnlySpan<byte> Name { get; } = name;

    private ReadOnlySpan<byte> Group { get; } = group;

    internal void WriteResource(JsonOutput json)
    {
        var any = false;
        var reader = new ProtoReader(Group);
        while (reader.MoveNext())
        {
            if (reader.Field != 1 || !reader.IsBytes || reader.Value.IsEmpty)
                continue;
            if (!any)
                json.WriteStartObject("resource"u8);
            any = true;
            OtlpValues.WriteMembers(json, reader.Value, 1);
        }

        if (any)
            json.WriteEndObject();
    }
}
