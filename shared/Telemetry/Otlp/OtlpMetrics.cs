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
        var kind = 0;
        var reader = new ProtoReader(metric);
        while (reader.MoveNext())
        {
            switch (reader.Field)
            {
                case 1 when reader.IsBytes: name = reader.Value; break;
                case 3 when reader.IsBytes: unit = reader.Value; break;
                case 5 or 7 or 9 or 10 or 11 when reader.IsBytes: kind = reader.Field; break;
            }
        }

        var (temporality, isMonotonic) = Sum(metric, kind);
        var kindName = KindName(kind, isMonotonic);
        var parts = new ProtoReader(metric);
        while (parts.MoveNext())
        {
            var points = new ProtoReader(parts.Field == kind ? parts.Value : default);
            while (points.MoveNext())
            {
                if (points.Field == 1 && points.IsBytes)
                    client.Send(Read(new Point(points.Value, kind), name, unit, kindName, temporality, scope));
            }
        }
    }

    // The data of one kind may come in several parts, which belong together.
    private static (ulong Temporality, bool IsMonotonic) Sum(ReadOnlySpan<byte> metric, int kind)
    {
        ulong temporality = 0;
        var isMonotonic = false;
        var parts = new ProtoReader(metric);
        while (kind is 7 or 9 or 10 && parts.MoveNext())
        {
            var reader = new ProtoReader(parts.Field == kind ? parts.Value : default);
            while (reader.MoveNext())
            {
                if (reader.Field == 2 && reader.IsVarint)
                    temporality = reader.Number;
                else if (reader.Field == 3 && reader.IsVarint)
                    isMonotonic = reader.Number != 0;
            }
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
        point.WriteValue(json);
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
        private const int Histogram = 9;

        private readonly bool _isDistribution;
        private readonly double _real;
        private readonly long? _whole;
        private readonly ulong _count;
        private readonly double? _least;
        private readonly double? _most;
        private readonly bool _hasBuckets;

        internal Point(ReadOnlySpan<byte> message, int kind)
        {
            Message = message;
            _isDistribution = kind is Histogram or 10 or 11;
            AttributesField = kind switch { Histogram => 9, 10 => 1, _ => 7 };
            var reader = new ProtoReader(message);
            while (reader.MoveNext())
            {
                if (kind is Histogram && reader.Field == 6)
                    _hasBuckets |= reader.IsFixed64 || !reader.Value.IsEmpty;
                if (!reader.IsFixed64)
                    continue;
                switch (reader.Field)
                {
                    case 2: Start = reader.Number; break;
                    case 3: Time = reader.Number; break;
                    case 4 when _isDistribution: _count = reader.Number; break;
                    case 5 when _isDistribution: _real = reader.Real; break;
                    case 4: (_real, _whole) = (reader.Real, null); break;
                    case 6 when !_isDistribution: _whole = (long)reader.Number; break;
                    case 11 when kind is Histogram: _least = reader.Real; break;
                    case 12 when kind is Histogram: _most = reader.Real; break;
                    case 12 when kind is 10: _least = reader.Real; break;
                    case 13 when kind is 10: _most = reader.Real; break;
                }
            }
        }

        internal ReadOnlySpan<byte> Message { get; }

        internal int AttributesField { get; }

        internal ulong Start { get; }

        internal ulong Time { get; }

        // A whole number keeps all its digits.
        internal void WriteValue(JsonOutput json)
        {
            if (_whole is { } whole)
                json.WriteNumberValue(whole);
            else
                EventValues.WriteNumber(json, _real);
        }

        internal void WriteDistribution(JsonOutput json)
        {
            if (!_isDistribution)
                return;
            json.WriteNumber("count"u8, _count);
            if (_least is { } least && double.IsFinite(least))
                json.WriteNumber("min"u8, least);
            if (_most is { } most && double.IsFinite(most))
                json.WriteNumber("max"u8, most);
            if (!_hasBuckets)
                return;
            json.WriteStartArray("bounds"u8);
            WriteNumbers(json, 7, static (json, bits) => EventValues.WriteNumber(json, BitConverter.UInt64BitsToDouble(bits)));
            json.WriteEndArray();
            json.WriteStartArray("buckets"u8);
            WriteNumbers(json, 6, static (json, count) => json.WriteNumberValue(count));
            json.WriteEndArray();
        }

        // A list of numbers comes packed, one by one, or in parts of either form.
        private void WriteNumbers(JsonOutput json, int field, Action<JsonOutput, ulong> write)
        {
            var reader = new ProtoReader(Message);
            while (reader.MoveNext())
            {
                if (reader.Field != field)
                    continue;
                if (reader.IsFixed64)
                    write(json, reader.Number);
                for (var packed = reader.Value; packed.Length >= sizeof(ulong); packed = packed[sizeof(ulong)..])
                    write(json, BinaryPrimitives.ReadUInt64LittleEndian(packed));
            }
        }
    }
}
