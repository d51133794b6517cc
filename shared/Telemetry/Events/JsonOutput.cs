using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Telemetry.Events;

/// <summary>
/// Writes JSON into a reused buffer: what telemetry consists of, short names and short values, in half the time of a general writer, which does
/// the rest. Only what JSON requires is escaped; invalid Unicode becomes replacement characters. An object's names stay unique:
/// of several members with the same name the last stays. The caller must nest correctly.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as its thread and holds only memory.")]
internal sealed partial class JsonOutput : IBufferWriter<byte>
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const int LongestFormatted = 128;

    private byte[] _bytes = new byte[1_024];
    private Utf8JsonWriter? _general;

    internal int Length { get; private set; }

    internal int Capacity => _bytes.Length;

    internal Span<byte> Written => _bytes.AsSpan(0, Length);

    internal void Clear() => default(Position).Restore(this);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 256));
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Appends JSON as it is.</summary>
    internal void Append(ReadOnlySpan<byte> json)
    {
        Reserve(json.Length);
        json.CopyTo(_bytes.AsSpan(Length));
        Length += json.Length;
    }

    internal void WriteString(ReadOnlySpan<byte> name, ReadOnlySpan<char> value)
    {
        AppendName(name);
        AppendText(value);
    }

    internal void WriteString(ReadOnlySpan<byte> name, string? value)
    {
        AppendName(name);
        WriteStringValue(value);
    }

    internal void WriteString(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        AppendName(name);
        AppendText(value);
    }

    internal void WriteString(ReadOnlySpan<byte> name, DateTimeOffset value)
    {
        AppendName(name);
        WriteStringValue(value);
    }

    internal void WriteString(string name, string? value)
    {
        WritePropertyName(name);
        WriteStringValue(value);
    }

    internal void WriteString(string name, DateTimeOffset value)
    {
        WritePropertyName(name);
        WriteStringValue(value);
    }

    internal void WriteNumber<T>(ReadOnlySpan<byte> name, T value)
        where T : struct, INumberBase<T>
    {
        AppendName(name);
        AppendNumber(value);
    }

    internal void WriteNumber<T>(string name, T value)
        where T : struct, INumberBase<T>
    {
        WritePropertyName(name);
        AppendNumber(value);
    }

    internal void WriteBoolean(string name, bool value)
    {
        WritePropertyName(name);
        Append(value ? "true"u8 : "false"u8);
    }

    internal void WritePropertyName(string name)
    {
        AppendComma();
        var start = Length;
        AppendText(name);
        EndName(start);
    }

    internal void WritePropertyName(ReadOnlySpan<byte> name)
    {
        AppendComma();
        var start = Length;
        AppendText(name);
        EndName(start);
    }

    internal void WriteStringValue(string? value)
    {
        AppendComma();
        if (value is null)
            Append("null"u8);
        else
            AppendText(value);
    }

    internal void WriteStringValue(ReadOnlySpan<byte> value)
    {
        AppendComma();
        AppendText(value);
    }

    internal void WriteStringValue(DateTime value)
    {
        AppendComma();
        AppendTime(value, "O");
    }

    internal void WriteStringValue(DateTimeOffset value)
    {
        AppendComma();
        AppendTime(value, "O");
    }

    internal void WriteStringValue(DateOnly value)
    {
        AppendComma();
        AppendTime(value, "O");
    }

    internal void WriteStringValue(TimeOnly value)
    {
        AppendComma();
        AppendTime(value, "O");
    }

    /// <summary>Writes identities, durations and the like as text, mostly without an intermediate string.</summary>
    internal void WriteFormatted(IUtf8SpanFormattable value)
    {
        Span<byte> text = stackalloc byte[LongestFormatted];
        if (value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture))
            WriteStringValue(text[..length]);
        else
            WriteStringValue(ForeignCode.InvariantText(value));
    }

    internal void WriteBase64StringValue(ReadOnlySpan<byte> value)
    {
        AppendComma();
        Append("\""u8);
        Base64.EncodeToUtf8(value, GetSpan(Base64.GetMaxEncodedToUtf8Length(value.Length)), out _, out var written);
        Length += written;
        Append("\""u8);
    }

    /// <summary>Writes a finite number without converting it to a wider type.</summary>
    internal void WriteNumberValue<T>(T value)
        where T : struct, INumberBase<T>
    {
        AppendComma();
        AppendNumber(value);
    }

    // Of any length.
    internal void WriteNumberValue(BigInteger value)
    {
        AppendComma();
        Append(Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));
    }

    internal void WriteBooleanValue(bool value)
    {
        AppendComma();
        Append(value ? "true"u8 : "false"u8);
    }

    internal void WriteNullValue()
    {
        AppendComma();
        Append("null"u8);
    }

    /// <summary>Writes a value of a type that source generation knows, with the general writer.</summary>
    internal void WriteValue<T>(T value, JsonTypeInfo<T> type)
    {
        JsonSerializer.Serialize(BeginGeneral(), value, type);
        EndGeneral();
    }

    /// <summary>Writes a JSON value that is neither object nor array.</summary>
    internal void WriteValue(JsonValue value)
    {
        value.WriteTo(BeginGeneral());
        EndGeneral();
    }

    /// <inheritdoc cref="WriteValue(JsonValue)"/>
    internal void WriteValue(JsonElement value)
    {
        value.WriteTo(BeginGeneral());
        EndGeneral();
    }

    private Utf8JsonWriter BeginGeneral()
    {
        AppendComma();
        _general ??= new Utf8JsonWriter(this, Options);
        _general.Reset();
        return _general;
    }

    private void EndGeneral()
    {
        _general!.Flush();
        if (_bytes[Length - 1] is (byte)':')
            Append("null"u8);
    }

    internal void WriteStartObject()
    {
        AppendComma();
        Append("{"u8);
        OpenObject();
    }

    internal void WriteStartObject(ReadOnlySpan<byte> name)
    {
        AppendName(name);
        Append("{"u8);
        OpenObject();
    }

    internal void WriteEndObject()
    {
        Append("}"u8);
        CloseObject();
    }

    internal void WriteStartArray()
    {
        AppendComma();
        Append("["u8);
    }

    internal void WriteStartArray(ReadOnlySpan<byte> name)
    {
        AppendName(name);
        Append("["u8);
    }

    internal void WriteEndArray() => Append("]"u8);

    // A name from this code: it needs no escapes.
    private void AppendName(ReadOnlySpan<byte> name)
    {
        Reserve(name.Length + 4);
        AppendComma();
        var bytes = _bytes.AsSpan(Length);
        bytes[0] = (byte)'"';
        name.CopyTo(bytes[1..]);
        bytes[name.Length + 1] = (byte)'"';
        Length += name.Length + 2;
        EndName(Length - name.Length - 2);
    }

    private void EndName(int start)
    {
        // The names of an event's own members come from this code and are unique.
        if (_depth > 0)
            AddName(start);
        Reserve(1);
        _bytes[Length++] = (byte)':';
    }

    // What stands before tells whether one is due: nothing, an opening, a colon or a comma mean no.
    private void AppendComma()
    {
        if (Length == 0 || _bytes[Length - 1] is (byte)'{' or (byte)'[' or (byte)':' or (byte)',')
            return;
        Reserve(1);
        _bytes[Length++] = (byte)',';
    }

    private void Reserve(int more)
    {
        var needed = Length + more;
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(needed, 2 * _bytes.Length));
    }
}
