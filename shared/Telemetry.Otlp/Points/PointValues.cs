using Telemetry.Events;

namespace Telemetry.Otlp;

/// <summary>Writes the numbers of data points.</summary>
internal static class PointValues
{
    /// <summary>Writes a number; null where there is none.</summary>
    internal static void Write(JsonOutput json, ReadOnlySpan<byte> name, double? value)
    {
        json.WritePropertyName(name);
        if (value is { } number)
            EventValues.WriteNumber(json, number);
        else
            json.WriteNullValue();
    }

    /// <summary>Writes the member <c>value</c> of what is measured in whole or in other numbers; a whole one keeps all its digits.</summary>
    internal static void WriteValue(JsonOutput json, long? whole, double? other)
    {
        if (whole is { } number)
            json.WriteNumber("value"u8, number);
        else
            Write(json, "value"u8, other);
    }

    /// <summary>Writes least and most of a distribution, where they are known.</summary>
    internal static void WriteRange(JsonOutput json, double? least, double? most)
    {
        if (least is not null)
            Write(json, "min"u8, least);
        if (most is not null)
            Write(json, "max"u8, most);
    }

    internal static void WriteCounts(JsonOutput json, ReadOnlySpan<byte> name, IEnumerable<ulong> counts)
    {
        json.WriteStartArray(name);
        foreach (var count in counts)
            json.WriteNumberValue(count);
        json.WriteEndArray();
    }

    internal static void WriteExemplar(JsonOutput json, Exemplar exemplar)
    {
        WriteValue(json, exemplar.HasAsInt ? exemplar.AsInt : null, exemplar.HasAsDouble ? exemplar.AsDouble : null);
        OtlpValues.WriteTime(json, "timestamp"u8, exemplar.TimeUnixNano);
        OtlpTrace.WriteIds(json, exemplar.TraceId, exemplar.SpanId);
        OtlpValues.WriteAttributes(json, "attributes"u8, exemplar.FilteredAttributes);
    }
}
