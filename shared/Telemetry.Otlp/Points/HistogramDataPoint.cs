using Telemetry.Events;

namespace Telemetry.Otlp;

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
