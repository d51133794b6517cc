using Google.Protobuf;
using Telemetry.Events;
using Telemetry.Otlp;

namespace Telemetry.Otlp;

/// <summary>An export of log records as events, one a record.</summary>
internal static class OtlpLogs
{
    private const int SeveritiesPerLevel = 4;

    private static readonly MessageParser<ExportLogsServiceRequest> Parser =
        ExportLogsServiceRequest.Parser.WithDiscardUnknownFields(true);

    /// <exception cref="InvalidProtocolBufferException">The bytes are no such request; nothing of it was sent.</exception>
    internal static void Send(ReadOnlySpan<byte> request, TelemetryClient client)
    {
        foreach (var group in Parser.ParseFrom(request).ResourceLogs)
        {
            foreach (var scope in group.ScopeLogs)
            {
                var origin = new OtlpOrigin(group.Resource, group.SchemaUrl, scope.Scope, scope.SchemaUrl);
                foreach (var record in scope.LogRecords)
                    client.Send(Read(record, origin, client.Clock));
            }
        }
    }

    private static TelemetryEvent Read(LogRecord record, OtlpOrigin origin, TimeProvider clock)
    {
        var time = record.TimeUnixNano > 0 ? record.TimeUnixNano : record.ObservedTimeUnixNano;
        var level = LevelOf(record.SeverityNumber);
        var result = TelemetryEvent.Begin(EventStyle.Log, level, time > 0 ? OtlpValues.Time(time) : clock.GetUtcNow());
        var writer = result.Writer();
        var json = writer.Json;
        if (origin.Name.Length > 0)
            writer.Category = origin.Name;
        OtlpValues.WriteText(json, "category"u8, origin.Name);
        json.WritePropertyName("message"u8);
        OtlpValues.Write(json, record.Body);
        OtlpValues.WriteText(json, "name"u8, record.EventName);
        WriteSeverity(json, record, level);
        if (record.ObservedTimeUnixNano != time)
            OtlpValues.WriteTime(json, "observedTimestamp"u8, record.ObservedTimeUnixNano);
        OtlpTrace.Write(writer, record.TraceId, record.SpanId, record.Flags);
        OtlpValues.WriteCount(json, "droppedAttributesCount"u8, record.DroppedAttributesCount);
        origin.WriteTo(json);
        result = result.OpenAttributes();
        OtlpValues.WriteMembers(json, record.Attributes);
        return result;
    }

    // 1 to 4 are trace, 5 to 8 debug and so on; 0 means unknown.
    private static TelemetryLevel LevelOf(SeverityNumber severity) =>
        severity is < SeverityNumber.Trace or > SeverityNumber.Fatal4
            ? TelemetryLevel.Info
            : (TelemetryLevel)((int)(severity - 1) / SeveritiesPerLevel);

    // The number is written only if the level alone does not imply it.
    private static void WriteSeverity(JsonOutput json, LogRecord record, TelemetryLevel level)
    {
        var first = (SeverityNumber)(((int)level * SeveritiesPerLevel) + 1);
        if (record.SeverityNumber is not SeverityNumber.Unspecified && record.SeverityNumber != first)
            json.WriteNumber("severityNumber"u8, (int)record.SeverityNumber);
        OtlpValues.WriteText(json, "severityText"u8, record.SeverityText);
    }
}
