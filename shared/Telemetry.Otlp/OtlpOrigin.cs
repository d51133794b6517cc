using Telemetry.Events;
using Telemetry.Otlp;

namespace Telemetry.Otlp;

/// <summary>The common data of the items of one scope: their resource and the library that made them.</summary>
/// <param name="resource">The resource; null if it is not known.</param>
/// <param name="resourceSchema">The URL of the schema that the resource's attributes follow; empty for none.</param>
/// <param name="scope">The library; null if it is not known.</param>
/// <param name="scopeSchema">The URL of the schema that the items' attributes follow; empty for none.</param>
internal sealed class OtlpOrigin(Resource? resource, string resourceSchema, InstrumentationScope? scope, string scopeSchema)
{
    /// <summary>The name of the source, meter or category; empty if it is not known.</summary>
    internal string Name => scope?.Name ?? "";

    /// <summary>Writes everything but the name.</summary>
    internal void WriteTo(JsonOutput json)
    {
        WriteScope(json);
        OtlpValues.WriteText(json, "resourceSchemaUrl"u8, resourceSchema);
        if (resource is null)
            return;
        OtlpValues.WriteCount(json, "resourceDroppedAttributesCount"u8, resource.DroppedAttributesCount);
        OtlpValues.WriteList(json, "resourceEntities"u8, resource.EntityRefs, WriteEntity);
        OtlpValues.WriteAttributes(json, "resource"u8, resource.Attributes);
    }

    private void WriteScope(JsonOutput json)
    {
        if (scopeSchema.Length == 0 && scope is null or { Version: "", Attributes.Count: 0, DroppedAttributesCount: 0 })
            return;
        json.WriteStartObject("scope"u8);
        if (scope is not null)
        {
            OtlpValues.WriteText(json, "version"u8, scope.Version);
            OtlpValues.WriteAttributes(json, "attributes"u8, scope.Attributes);
            OtlpValues.WriteCount(json, "droppedAttributesCount"u8, scope.DroppedAttributesCount);
        }

        OtlpValues.WriteText(json, "schemaUrl"u8, scopeSchema);
        json.WriteEndObject();
    }

    private static void WriteEntity(JsonOutput json, EntityRef entity)
    {
        json.WriteString("type"u8, entity.Type);
        WriteKeys(json, "idKeys"u8, entity.IdKeys);
        WriteKeys(json, "descriptionKeys"u8, entity.DescriptionKeys);
        OtlpValues.WriteText(json, "schemaUrl"u8, entity.SchemaUrl);
    }

    private static void WriteKeys(JsonOutput json, ReadOnlySpan<byte> name, IEnumerable<string> keys)
    {
        json.WriteStartArray(name);
        foreach (var key in keys)
            json.WriteStringValue(key);
        json.WriteEndArray();
    }
}
