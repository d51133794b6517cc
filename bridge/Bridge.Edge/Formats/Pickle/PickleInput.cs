using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Bridge.Edge.Formats.Pickle;

/// <summary>Reads the arguments of a pickle's operations. What is not there makes it broken.</summary>
internal ref struct PickleInput(ReadOnlySpan<byte> bytes)
{
    // The time that a number's digits take grows with the square of their number.
    private const int LongestNumber = 256;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>True when the pickle breaks the rules.</summary>
    public bool IsBroken { get; private set; }

    public byte ReadByte() => Read(1) is [var one] ? one : default;

    public ReadOnlySpan<byte> Read(long length)
    {
        if (length < 0 || length > _rest.Length)
        {
            IsBroken = true;
            return default;
        }

        var read = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return read;
    }

    public ushort ReadUInt16() =>
        Read(sizeof(ushort)) is { Length: > 0 } read ? BinaryPrimitives.ReadUInt16LittleEndian(read) : default;

    public int ReadInt32() => Read(sizeof(int)) is { Length: > 0 } read ? BinaryPrimitives.ReadInt32LittleEndian(read) : default;

    public long ReadInt64() =>
        Read(sizeof(long)) is { Length: > 0 } read ? BinaryPrimitives.ReadInt64LittleEndian(read) : default;

    public double ReadDouble() =>
        Read(sizeof(double)) is { Length: > 0 } read ? BinaryPrimitives.ReadDoubleBigEndian(read) : default;

    public string ReadUtf8(long length) => Encoding.UTF8.GetString(Read(length));

    public ReadOnlySpan<byte> ReadLine()
    {
        var end = _rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            IsBroken = true;
            return default;
        }

        var line = Read(end);
        _ = Read(1);
        return line;
    }

    public int ReadDecimal()
    {
        if (int.TryParse(ReadLine(), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        IsBroken = true;
        return 0;
    }

    public double ReadDecimalDouble()
    {
        var line = ReadLine();
        if (line.SequenceEqual("nan"u8))
            return double.NaN;
        if (line.SequenceEqual("inf"u8))
            return double.PositiveInfinity;
        if (line.SequenceEqual("-inf"u8))
            return double.NegativeInfinity;
        if (double.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return number;
        IsBroken = true;
        return 0;
    }

    /// <summary>A number in digits; <c>00</c> and <c>01</c> are how protocol 0 has False and True.</summary>
    public object ReadDecimalLong(bool hasBooleans)
    {
        var line = ReadLine();
        if (hasBooleans && line.SequenceEqual("00"u8))
            return false;
        if (hasBooleans && line.SequenceEqual("01"u8))
            return true;
        line = line.TrimEnd("Ll"u8);
        if (line.Length > LongestNumber)
            return TooLong(line.Length, "digits");
        if (long.TryParse(line, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return number;
        var digits = Encoding.ASCII.GetString(line);
        if (BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large))
            return large;
        IsBroken = true;
        return 0L;
    }

    public object ReadBinaryLong(long length)
    {
        var read = Read(length);
        if (read.Length > LongestNumber)
            return TooLong(read.Length, "bytes");
        var number = new BigInteger(read);
        return number >= long.MinValue && number <= long.MaxValue ? (long)number : number;
    }

    /// <summary>A text in quotes with the escapes of Python 2.</summary>
    public string ReadQuoted()
    {
        var line = ReadLine();
        if (line.Length < 2 || line[0] is not ((byte)'\'' or (byte)'"') || line[0] != line[^1])
        {
            IsBroken = true;
            return "";
        }

        return PickleText.Unquote(line[1..^1]);
    }

    /// <summary>A line in Latin-1 with the escapes <c>\u</c> and <c>\U</c>.</summary>
    public string ReadRawUnicode() => PickleText.UnescapeUnicode(ReadLine());

    private static string TooLong(int length, string unit) => $"[number of {length} {unit}]";
}
