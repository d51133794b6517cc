using Telemetry.Events;

namespace Telemetry.Otlp.Proto;

/// <content>A gauge's or a sum's point in JSON.</content>
internal sealed partial class NumberDataPoint : IDataPoint
{
    /// <inheritdoc/>
    public void WriteValue(JsonOutput json)
    {
        // A whole number keeps all its digits.
        if (HasAsInt)
            json.WriteNumber("value"u8, AsInt);
        else
            PointValues.Write(json, "value"u8, HasAsDouble ? AsDouble : null);
    }

    /// <inheritdoc/>
    public void WriteDetails(JsonOutput json) => OtlpValues.WriteList(json, "exemplars"u8, Exemplars, PointValues.WriteExemplar);
}
