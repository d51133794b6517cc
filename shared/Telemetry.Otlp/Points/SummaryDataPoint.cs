using Telemetry.Events;

namespace Telemetry.Otlp;

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
