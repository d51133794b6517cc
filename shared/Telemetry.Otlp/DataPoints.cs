using Google.Protobuf.Collections;
using Telemetry.Events;

namespace Telemetry.Otlp;

/// <summary>The common members of all kinds of data points. The generated types implement most of them.</summary>
internal interface IDataPoint
{
    ulong TimeUnixNano { get; }

    ulong StartTimeUnixNano { get; }

    uint Flags { get; }

    RepeatedField<KeyValue> Attributes { get; }

    /// <summary>Writes the member <c>value</c>: null if nothing was measured.</summary>
    void WriteValue(JsonOutput json);

    /// <summary>Writes the other measured values.</summary>
    void WriteDetails(JsonOutput json);
}

/// <content>A gauge's or a sum's point in JSON.</content>
internal sealed partial class NumberDataPoint : IDataPoint
{
    /// <inheritdoc/>
    public void WriteValue(JsonOutput json) =>
        PointValues.WriteValue(json, HasAsInt ? AsInt : null, HasAsDouble ? AsDouble : null);

    /// <inheritdoc/>
    public void WriteDetails(JsonOutput json) => OtlpValues.WriteList(json, "exemplars"u8, Exemplars, PointValues.WriteExemplar);
}

/// <content>A histogram's point in JSON.</content>
internal sealed partial class HistogramDataPoint : IDataPoint
{
    /// <inheritdoc/>
    public void WriteValue(JsonOutput json) => PointValues.Write(json, "value"u8, HasSum ? Sum : null);

    /// <inheritdoc/>
    public void WriteDetails(JsonOutput json)
    {
        json.WriteNumber("count"u8, Count);
        PointValues.WriteRange(json, HasMin ? Min : null, HasMax ? Max : null);
        if (BucketCounts.Count > 0 || ExplicitBounds.Count > 0)
        {
            json.WriteStartArray("bounds"u8);
            foreach (var bound in ExplicitBounds)
                EventValues.WriteNumber(json, bound);
            json.WriteEndArray();
            PointValues.WriteCounts(json, "buckets"u8, BucketCounts);
        }

        OtlpValues.WriteList(json, "exemplars"u8, Exemplars, PointValues.WriteExemplar);
    }
}

/// <content>An exponential histogram's point in JSON.</content>
internal sealed partial class ExponentialHistogramDataPoint : IDataPoint
{
    /// <inheritdoc/>
    public void WriteValue(JsonOutput json) => PointValues.Write(json, "value"u8, HasSum ? Sum : null);

    /// <inheritdoc/>
    public void WriteDetails(JsonOutput json)
    {
        json.WriteNumber("count"u8, Count);
        PointValues.WriteRange(json, HasMin ? Min : null, HasMax ? Max : null);
        json.WriteNumber("scale"u8, Scale);
        json.WriteNumber("zeroCount"u8, ZeroCount);
        PointValues.Write(json, "zeroThreshold"u8, ZeroThreshold);
        WriteBuckets(json, "positive"u8, Positive);
        WriteBuckets(json, "negative"u8, Negative);
        OtlpValues.WriteList(json, "exemplars"u8, Exemplars, PointValues.WriteExemplar);
    }

    private static void WriteBuckets(JsonOutput json, ReadOnlySpan<byte> name, Types.Buckets? buckets)
    {
        if (buckets is null)
            return;
        json.WriteStartObject(name);
        json.WriteNumber("offset"u8, buckets.Offset);
        PointValues.WriteCounts(json, "buckets"u8, buckets.BucketCounts);
        json.WriteEndObject();
    }
}

/// <content>A summary's point in JSON.</content>
internal sealed partial class SummaryDataPoint : IDataPoint
{
    /// <inheritdoc/>
    public void WriteValue(JsonOutput json) => PointValues.Write(json, "value"u8, Sum);

    /// <inheritdoc/>
    public void WriteDetails(JsonOutput json)
    {
        json.WriteNumber("count"u8, Count);
        OtlpValues.WriteList(json, "quantiles"u8, QuantileValues, static (json, one) =>
        {
            PointValues.Write(json, "quantile"u8, one.Quantile);
            PointValues.Write(json, "value"u8, one.Value);
        });
    }
}

/// <summary>Writes the numbers of data points.</summary>
internal static class PointValues
{
    /// <summary>Writes a number; null if there is none.</summary>
    internal static void Write(JsonOutput json, ReadOnlySpan<byte> name, double? value)
    {
        json.WritePropertyName(name);
        if (value is { } number)
            EventValues.WriteNumber(json, number);
        else
            json.WriteNullValue();
    }

    /// <summary>
    /// Writes the member <c>value</c>. A whole number keeps all its digits.
    /// </summary>
    internal static void WriteValue(JsonOutput json, long? whole, double? other)
    {
        if (whole is { } number)
            json.WriteNumber("value"u8, number);
        else
            Write(json, "value"u8, other);
    }

    /// <summary>Writes the least and the greatest value of a distribution if they are known.</summary>
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
