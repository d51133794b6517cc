using Google.Protobuf.Collections;
using Telemetry.Events;

namespace Telemetry.Otlp;

/// <summary>What the kinds of data points have in common; the generated types have most of it.</summary>
internal interface IDataPoint
{
    ulong TimeUnixNano { get; }

    ulong StartTimeUnixNano { get; }

    uint Flags { get; }

    RepeatedField<KeyValue> Attributes { get; }

    /// <summary>Writes the member <c>value</c>: null where nothing was measured.</summary>
    void WriteValue(JsonOutput json);

    /// <summary>Writes what else was measured.</summary>
    void WriteDetails(JsonOutput json);
}
