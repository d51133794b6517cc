using System.Text;
using Telemetry.Events;

namespace Telemetry.Otlp;

/// <summary>One LogRecord message as an event.</summary>
internal static class OtlpLogs
{
    private const int SeveritiesPerLevel = 4;

    internal static TelemetryEvent Read(ReadOnlySpan<byte> record, in OtlpScope scope)
    {
        var facts = new Facts(record);
        var result = TelemetryEvent.Begin(EventStyle.Log, LevelOf(facts.Severity), OtlpTrace.Time(facts.Time > 0 ? facts.Time : facts.ObservedTime));
        var writer = result.Writer();
        var json = writer.Json;
        if (!scope.Name.IsEmpty)
        {
            writer.Category = Encoding.UTF8.GetString(scope.Name);
            json.WriteString("category"u8, scope.Name);
        }

        json.WritePropertyName("message"u8);
        OtlpValues.WriteAny(json, facts.Body);
        if (!facts.EventName.IsEmpty)
            json.WriteString("name"u8, facts.EventName);
        OtlpTrace.Set(writer, facts.Trace, facts.Span, facts.Flags);
        scope.WriteResource(json);
        result = result.OpenAttributes();
        OtlpValues.WriteMembers(json, record, 6);
        return result;
    }

    // 1 to 4 are trace, 5 to 8 debug and so on; 0 says nothing.
    private static TelemetryLevel LevelOf(ulong severity) => severity is 0 or > 24
        ? TelemetryLevel.Info
        : (TelemetryLevel)((severity - 1) / SeveritiesPerLevel);

    private readonly ref struct Facts
    {
        internal Facts(ReadOnlySpan<byte> record)
        {
            var reader = new ProtoReader(record);
            while (reader.MoveNext())
            {
                switch (reader.Field)
                {
                    case 1 when reader.IsFixed64: Time = reader.Number; break;
                    case 2 when reader.IsVarint: Severity = reader.Number; break;
                    case 5 when reader.IsBytes: Body = reader.Value; break;
                    case 8 when reader.IsFixed32: Flags = reader.Number; break;
                    case 9 when reader.IsBytes: Trace = reader.Value; break;
                    case 10 when reader.IsBytes: Span = reader.Value; break;
                    case 11 when reader.IsFixed64: ObservedTime = reader.Number; break;
                    case 12 when reader.IsBytes: EventName = reader.Value; break;
                }
            }
        }

        internal ulong Time { get; }

        internal ulong ObservedTime { get; }

        internal ulong Severity { get; }

        internal ulong Flags { get; }

        internal ReadOnlySpan<byte> Body { get; }

        internal ReadOnlySpan<byte> Trace { get; }

        internal ReadOnlySpan<byte> Span { get; }

        internal ReadOnlySpan<byte> EventName { get; }
    }
}
