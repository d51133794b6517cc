using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Telemetry.Wire;

namespace Telemetry.Events;

/// <summary>
/// Writes JSON with one <see cref="Utf8JsonWriter"/> into one buffer, both reused. An object's names stay unique: of several
/// members with the same name the last stays. The caller must nest correctly.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as its thread and holds only memory.")]
internal sealed partial class JsonOutput : IBufferWriter<byte>
{
    private const int LongestFormatted = 128;
    private const int LongestNumber = 40;

    // The writer throws for texts ten times as long. An event of this size is refused.
    private const int LongestText = 16 * 1024 * 1024;

    // A caller's converter may nest wrongly, so its output is validated before it becomes part of an event.
    private static readonly JsonWriterOptions Checked = new() { Encoder = JsonText.Encoder };
    private static readonly JsonWriterOptions Unchecked = Checked with { SkipValidation = true };

    private readonly Utf8JsonWriter _writer;
    private byte[] _bytes = new byte[1_024];

    // What the writer has written behind these is in the buffer as well.
    private int _flushed;

    private ArrayBufferWriter<byte>? _foreignBytes;
    private Utf8JsonWriter? _foreign;

    internal JsonOutput() => _writer = new Utf8JsonWriter(this, Unchecked);

    internal int Length => _flushed + _writer.BytesPending;

    internal int Capacity => _bytes.Length + (_foreignBytes?.Capacity ?? 0);

    internal Span<byte> Written => _bytes.AsSpan(0, Length);

    internal Position Here => new(Length, _count, _depth);

    internal void Clear() => Return(default);

    /// <summary>Discards what was written since; the objects that were open then are open again.</summary>
    internal void Return(in Position position)
    {
        // Without validation the writer's state is no more than whether a comma is due.
        _writer.Reset();
        (_flushed, _count, _depth) = position;
        if (_flushed > 0 && _bytes[_flushed - 1] is not ((byte)'{' or (byte)'[' or (byte)':' or (byte)','))
            Append(","u8);
    }

    public void Advance(int count) => _flushed += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = _flushed + Math.Max(sizeHint, 1);
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(needed, 2 * _bytes.Length));
        return _bytes.AsMemory(_flushed);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Appends JSON as it is.</summary>
    internal void Append(ReadOnlySpan<byte> json)
    {
        _writer.Flush();
        json.CopyTo(GetSpan(json.Length));
        Advance(json.Length);
    }

    internal void WriteString(ReadOnlySpan<byte> name, ReadOnlySpan<char> value)
    {
        WritePropertyName(name);
        _writer.WriteStringValue(Fit(value));
    }

    internal void WriteString(ReadOnlySpan<byte> name, string? value)
    {
        WritePropertyName(name);
        WriteStringValue(value);
    }

    internal void WriteString(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        WritePropertyName(name);
        _writer.WriteStringValue(value);
    }

    internal void WriteString(ReadOnlySpan<byte> name, DateTimeOffset value)
    {
        WritePropertyName(name);
        _writer.WriteStringValue(value);
    }

    internal void WriteString(string name, string? value)
    {
        WritePropertyName(name);
        WriteStringValue(value);
    }

    internal void WriteString(string name, DateTimeOffset value)
    {
        WritePropertyName(name);
        _writer.WriteStringValue(value);
    }

    internal void WriteNumber<T>(ReadOnlySpan<byte> name, T value)
        where T : struct, INumberBase<T>
    {
        WritePropertyName(name);
        WriteNumberValue(value);
    }

    internal void WriteNumber<T>(string name, T value)
        where T : struct, INumberBase<T>
    {
        WritePropertyName(name);
        WriteNumberValue(value);
    }

    internal void WriteBoolean(string name, bool value)
    {
        WritePropertyName(name);
        _writer.WriteBooleanValue(value);
    }

    internal void WritePropertyName(ReadOnlySpan<char> name)
    {
        // The writer would escape what is invalid and so give one name two forms: U+FFFD and its escape.
        if (HasSurrogate(name))
        {
            WritePropertyName(Encoding.UTF8.GetBytes(Fit(name).ToArray()));
            return;
        }

        var start = Length;
        _writer.WritePropertyName(Fit(name));
        EndName(start);
    }

    /// <summary>Writes a name that is valid UTF-8.</summary>
    internal void WritePropertyName(ReadOnlySpan<byte> name)
    {
        var start = Length;
        _writer.WritePropertyName(name);
        EndName(start);
    }

    internal void WriteStringValue(string? value)
    {
        if (value is null)
            _writer.WriteNullValue();
        else
            _writer.WriteStringValue(Fit(value));
    }

    internal void WriteStringValue(ReadOnlySpan<byte> value) => _writer.WriteStringValue(value);

    internal void WriteStringValue(DateTime value) => _writer.WriteStringValue(value);

    internal void WriteStringValue(DateTimeOffset value) => _writer.WriteStringValue(value);

    /// <summary>Writes identities, durations and the like as text, mostly without an intermediate string.</summary>
    internal void WriteFormatted<T>(T value, ReadOnlySpan<char> format = default)
        where T : IUtf8SpanFormattable
    {
        Span<byte> text = stackalloc byte[LongestFormatted];
        if (value.TryFormat(text, out var length, format, CultureInfo.InvariantCulture))
            _writer.WriteStringValue(text[..length]);
        else
            _writer.WriteStringValue(ForeignCode.InvariantText(value));
    }

    internal void WriteBase64StringValue(ReadOnlySpan<byte> value) => _writer.WriteBase64StringValue(value);

    /// <summary>Writes a finite number of any width with its own digits.</summary>
    internal void WriteNumberValue<T>(T value)
        where T : struct, INumberBase<T>
    {
        Span<byte> text = stackalloc byte[LongestNumber];
        if (value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture))
            _writer.WriteRawValue(text[..length], skipInputValidation: true);
        else
            _writer.WriteRawValue(value.ToString(null, CultureInfo.InvariantCulture), skipInputValidation: true);
    }

    internal void WriteBooleanValue(bool value) => _writer.WriteBooleanValue(value);

    internal void WriteNullValue() => _writer.WriteNullValue();

    /// <summary>Writes a value of a type that source generation knows.</summary>
    internal void WriteValue<T>(T value, JsonTypeInfo<T> type)
    {
        JsonSerializer.Serialize(BeginForeign(), value, type);
        EndForeign();
    }

    /// <summary>Writes a JSON value that is neither object nor array.</summary>
    internal void WriteValue(JsonValue value)
    {
        value.WriteTo(BeginForeign());
        EndForeign();
    }

    /// <inheritdoc cref="WriteValue(JsonValue)"/>
    internal void WriteValue(JsonElement value) => value.WriteTo(_writer);

    /// <summary>Writes a value that this class has written before.</summary>
    internal void WriteJson(string json) => _writer.WriteRawValue(json, skipInputValidation: true);

    internal void WriteStartObject()
    {
        _writer.WriteStartObject();
        Open();
    }

    internal void WriteStartObject(ReadOnlySpan<byte> name)
    {
        WritePropertyName(name);
        WriteStartObject();
    }

    internal void WriteEndObject()
    {
        _writer.WriteEndObject();
        Close();
    }

    internal void WriteStartArray() => _writer.WriteStartArray();

    internal void WriteStartArray(ReadOnlySpan<byte> name)
    {
        WritePropertyName(name);
        WriteStartArray();
    }

    internal void WriteEndArray() => _writer.WriteEndArray();

    private static ReadOnlySpan<char> Fit(ReadOnlySpan<char> text) => text.Length > LongestText ? text[..LongestText] : text;

    private static bool HasSurrogate(ReadOnlySpan<char> name)
    {
        foreach (var one in name)
        {
            if (char.IsSurrogate(one))
                return true;
        }

        return false;
    }

    private Utf8JsonWriter BeginForeign()
    {
        _foreignBytes ??= new ArrayBufferWriter<byte>();
        _foreignBytes.ResetWrittenCount();
        _foreign ??= new Utf8JsonWriter(_foreignBytes, Checked);
        _foreign.Reset();
        return _foreign;
    }

    private void EndForeign()
    {
        _foreign!.Flush();
        if (_foreignBytes!.WrittenCount == 0)
            _writer.WriteNullValue();
        else
            _writer.WriteRawValue(_foreignBytes.WrittenSpan, skipInputValidation: true);
    }
}
