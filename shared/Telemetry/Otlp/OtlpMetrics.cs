using System.Buffers.Binary;
using Telemetry.Events;

namespace Telemetry.Otlp;

/// <summary>One Metric message as events, one a data point.</summary>
internal static class OtlpMetrics
{
    private const ulong Delta = 1;

    internal static void Send(ReadOnlySpan<byte> metric, in OtlpScope scope, TelemetryClient client)
    {
        ReadOnlySpan<byte> name = default;
        ReadOnlySpan<byte> unit = default;
        ReadOnlySpan<byte> data = default;
        var kind = 0;
        var reader = new ProtoReader(metric);
        while (reader.MoveNext())
        {
            switch (reader.Field)
            {
                case 1: name = reader.Value; break;
                case 3: unit = reader.Value; break;
                case 5 or 7 or 9 or 10 or 11:
                    kind = reader.Field;
                    data = reader.Value;
                    break;
            }
        }

        var (temporality, isMonotonic) = Sum(data, kind);
        var points = new ProtoReader(data);
        while (points.MoveNext())
        {
            if (points.Field == 1)
                client.Send(Read(new Point(points.Value, kind), name, unit, KindName(kind, isMonotonic), temporality, scope));
        }
    }

    private static (ulong Temporality, bool IsMonotonic) Sum(ReadOnlySpan<byte> data, int kind)
    {
        ulong temporality = 0;
        var isMonotonic = false;
        var reader = new ProtoReader(data);
        while (kind is 7 or 9 or 10 && reader.MoveNext())
        {
            if (reader.Field == 2)
                temporality = reader.Number;
            else if (reader.Field == 3)
                isMonotonic = reader.Number != 0;
        }

        return (temporality, isMonotonic);
    }

    private static TelemetryEvent Read(
        in Point point, ReadOnlySpan<byte> name, ReadOnlySpan<byte> unit, ReadOnlySpan<byte> kind, ulong temporality, in OtlpScope scope)
    {
        var result = TelemetryEvent.Begin(EventStyle.Metric, TelemetryLevel.Info, OtlpTrace.Time(point.Time));
        result.Writer().SetOwnTrace(default);
        var json = result.Writer().Json;
        json.WriteString("name"u8, name);
        json.WritePropertyName("value"u8);
        EventValues.WriteNumber(json, point.Value);
        if (!unit.IsEmpty)
            json.WriteString("unit"u8, unit);
        json.WriteString("kind"u8, kind);
        if (!scope.Name.IsEmpty)
            json.WriteString("meter"u8, scope.Name);
        if (temporality > 0)
        {
            json.WriteString("temporality"u8, temporality == Delta ? "delta"u8 : "cumulative"u8);
            json.WriteString("since"u8, OtlpTrace.Time(point.Start));
        }

        point.WriteDistribution(json);
        scope.WriteResource(json);
        result = result.OpenAttributes();
        OtlpValues.WriteMembers(json, point.Message, point.AttributesField);
        return result;
    }

    private static ReadOnlySpan<byte> KindName(int kind, bool isMonotonic) => kind switch
    {
        5 => "gauge"u8,
        7 => isMonotonic ? "counter"u8 : "updowncounter"u8,
        11 => "summary"u8,
        _ => "histogram"u8,
    };

    // The kinds of points have their fields in common, but for the numbers of some.
    private readonly ref struct Point
    {
        private readonly bool _isDistribution;
        private readonly ulong _count;
        private readonly double? _least;
        private readonly double? _most;
        private readonly ReadOnlySpan<byte> _buckets;
        private readonly ReadOnlySpan<byte> _bounds;

        internal Point(ReadOnlySpan<byte> message, int kind)
        {
            Message = message;
            _isDistribution = kind is 9 or 10 or 11;
            AttributesField = kind switch { 9 => 9, 10 => 1, _ => 7 };
            var reader = new ProtoReader(message);
            while (reader.MoveNext())
            {
                switch (reader.Field)
                {
                    case 2: Start = reader.Number; break;
                    case 3: Time = reader.Number; break;
                    case 4 when _isDistribution: _count = reader.Number; break;
                    case 4: Value = reader.Real; break;
                    case 5: Value = reader.Real; break;
                    case 6 when kind is 5 or 7: Value = (long)reader.Number; break;
                    case 6 when kind is 9: _buckets = reader.Value; break;
                    case 7 when kind is 9: _bounds = reader.Value; break;
                    case 11 when kind is 9: _least = reader.Real; break;
                    case 12 when kind is 9: _most = reader.Real; break;
                    case 12 when kind is 10: _least = reader.Real; break;
                    case 13 when kind is 10: _most = reader.Real; break;
                }
            }
        }

        internal ReadOnlySpan<byte> Message { get; }

        internal int AttributesField { get; }

        internal ulong Start { get; }

        internal ulong Time { get; }

        internal double Value { get; }

        internal void WriteDistribution(JsonOutput json)
        {
            if (!_isDistribution)
                return;
            json.WriteNumber("count"u8, _count);
            if (_least is { } least && double.IsFinite(least))
                json.WriteNumber("min"u8, least);
            if (_most is { } most && double.IsFinite(most))
                json.WriteNumber("max"u8, most);
            if (_buckets.IsEmpty)
                return;
            json.WriteStartArray("bounds"u8);
            for (var bounds = _bounds; bounds.Length >= sizeof(double); bounds = bounds[sizeof(double)..])
                EventValues.WriteNumber(json, BinaryPrimitives.ReadDoubleLittleEndian(bounds));
            json.WriteEndArray();
            json.WriteStartArray("buckets"u8);
            for (var buckets = _buckets; buckets.Length >= sizeof(ulong); buckets = buckets[sizeof(ulong)..])
                json.WriteNumberValue(BinaryPrimitives.ReadUInt64LittleEndian(buckets));
            json.WriteEndArray();
        }
    }
}
