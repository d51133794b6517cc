using Telemetry.Events;

namespace Telemetry.Otlp;

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
