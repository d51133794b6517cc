using System.Buffers.Text;
using System.Globalization;

namespace Bridge.Core.Processing.Expressions;

/// <summary>A number that compares exactly where both sides are whole numbers of 64 bits, and as a double elsewhere.</summary>
internal readonly record struct JsonNumber
{
    private readonly bool _isWhole;
    private readonly long _whole;
    private readonly double _real;

    private JsonNumber(long whole) => (_isWhole, _whole, _real) = (true, whole, whole);

    private JsonNumber(double real) => _real = real;

    /// <summary>Reads a valid JSON number.</summary>
    public static JsonNumber Parse(ReadOnlySpan<byte> json)
    {
        if (Utf8Parser.TryParse(json, out long whole, out var read) && read == json.Length)
            return new JsonNumber(whole);
        return new JsonNumber(double.Parse(json, NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    /// <summary>Below 0 when this one is less, 0 when both are equal, above 0 when this one is greater.</summary>
    public int OrderTo(JsonNumber other) =>
        _isWhole && other._isWhole ? _whole.CompareTo(other._whole) : _real.CompareTo(other._real);
}
