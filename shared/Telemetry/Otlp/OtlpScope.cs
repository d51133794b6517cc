using Telemetry.Events;

namespace Telemetry.Otlp;

/// <summary>What the items of one scope have in common: the resource and the name of what made them.</summary>
internal readonly ref struct OtlpScope(ReadOnlySpan<byte> resource, ReadOnlySpan<byte> name)
{
    /// <summary>The name of the source, meter or category.</summary>
    internal ReadOnlySpan<byte> Name { get; } = name;

    private ReadOnlySpan<byte> Resource { get; } = resource;

    internal void WriteResource(JsonOutput json)
    {
        if (Resource.IsEmpty)
            return;
        json.WriteStartObject("resource"u8);
        OtlpValues.WriteMembers(json, Resource, 1);
        json.WriteEndObject();
    }
}
