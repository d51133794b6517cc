using System.Globalization;
using System.Numerics;

namespace Telemetry.Events;

/// <summary>
/// Writes values of any type, such as tags and log states: JSON's types as they are, numbers of every width as numbers, times
/// in ISO 8601. A value of a caller's own type goes to <see cref="ForeignValue"/>.
/// </summary>
internal static class EventValues
{
    internal static void WriteMember(JsonOutput json, string name, object? value)
    {
        json.WritePropertyName(name);
        WriteElement(json, value);
    }

    internal static void WriteElement(JsonOutput json, object? value)
    {
        if (!TryWritePlain(json, value))
            ForeignValue.Write(json, value!);
    }

    internal static void WriteNumber<T>(JsonOutput json, T value)
        where T : struct, INumberBase<T>
    {
        if (T.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(value.ToString(format: null, CultureInfo.InvariantCulture));
    }

    /// <summary>Whether comparing and writing a value runs only the framework's code.</summary>
    internal static bool IsPlain(object? value) => value is
        null or string or int or long or bool or double or Enum or uint or ulong or short or ushort or byte or sbyte or decimal
        or float or Half or nint or nuint or Int128 or UInt128 or BigInteger
        or DateTime or DateTimeOffset or DateOnly or TimeOnly or Guid or TimeSpan or char;

    /// <summary>Writes a value whose type belongs to the framework.</summary>
    /// <returns>False when the value, or a value that it may hold, is of another type.</returns>
    internal static bool TryWritePlain(JsonOutput json, object? value)
    {
        switch (value)
        {
            case string text:
                json.WriteStringValue(text);
                return true;
            case int number:
                json.WriteNumberValue(number);
                return true;
            case long number:
                json.WriteNumberValue(number);
                return true;
            case double number:
                WriteNumber(json, number);
                return true;
            case bool flag:
                json.WriteBooleanValue(flag);
                return true;
            case null:
                json.WriteNullValue();
                return true;
            case DateTime time:
                json.WriteStringValue(time);
                return true;
            case DateTimeOffset time:
                json.WriteStringValue(time);
                return true;
            case DateOnly date:
                json.WriteFormatted(date, "O");
                return true;
            case TimeOnly time:
                json.WriteFormatted(time, "HH:mm:ss.FFFFFFF");
                return true;
            case Guid or TimeSpan or char:
                json.WriteFormatted((IUtf8SpanFormattable)value);
                return true;
            default:
                return TryWriteNumber(json, value);
        }
    }

    private static bool TryWriteNumber(JsonOutput json, object value)
    {
        switch (value)
        {
            case uint number:
                json.WriteNumberValue(number);
                return true;
            case ulong number:
                json.WriteNumberValue(number);
                return true;
            case short number:
                json.WriteNumberValue(number);
                return true;
            case ushort number:
                json.WriteNumberValue(number);
                return true;
            case byte number:
                json.WriteNumberValue(number);
                return true;
            case sbyte number:
                json.WriteNumberValue(number);
                return true;
            case decimal number:
                json.WriteNumberValue(number);
                return true;
            case float number:
                WriteNumber(json, number);
                return true;
            case Half number:
                WriteNumber(json, number);
                return true;
            case nint number:
                json.WriteNumberValue(number);
                return true;
            case nuint number:
                json.WriteNumberValue(number);
                return true;
            case Int128 number:
                json.WriteNumberValue(number);
                return true;
            case UInt128 number:
                json.WriteNumberValue(number);
                return true;
            case BigInteger number:
                json.WriteNumberValue(number);
                return true;
            default:
                return false;
        }
    }
}
