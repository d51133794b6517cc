using Telemetry.Events;

namespace Telemetry.Otlp;

/// <content>A gauge's or a sum's point in JSON.</content>
internal sealed partial class NumberDataPoint : IDataPoint
{
    /// <inheritdoc/>
    public void WriteValue(JsonOutput json) =>
        PointValues.WriteValue(json, HasAsInt ? AsInt : null, HasAsDouble ? AsDouble : null);

    /// <inheritdoc/>
    public void WriteDetails(JsonOutput json) => OtlpValues.WriteList(json, "exemplars"u8, Exemplars, PointValues.WriteExemplar);
}
