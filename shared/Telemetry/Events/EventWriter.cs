using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Telemetry.Events;

/// <summary>
/// Writes one event's JSON into a reused buffer. One instance a thread serves event after event; while it is taken,
/// an event begun inside another's building gets an instance of its own.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as its thread and holds only memory.")]
internal sealed class EventWriter : IBufferWriter<byte>
{
    // Telemetry is no HTML: only what JSON itself asks for is escaped.
    private static readonly JsonWriterOptions Options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private const int LargestKept = 1024 * 1024;
    private const int TimestampStart = 14; // {"timestamp":"
    private const int TimestampLength = 28; // 2026-11-20T09:00:00.0000000Z

    [ThreadStatic]
    private static EventWriter? s_free;

    private readonly Utf8JsonWriter _json;
    private byte[] _bytes = new byte[1_024];
    private int _length;

    private EventWriter() => _json = new Utf8JsonWriter(this, Options);

    internal Utf8JsonWriter Json => _json;

    /// <summary>Grows with every event begun, so that an event that was sent is not written to again.</summary>
    internal int Turn { get; private set; }

    internal static EventWriter Take()
    {
        var writer = s_free ?? new EventWriter();
        s_free = null;
        return writer;
    }

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = _length + Math.Max(sizeHint, 256);
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(needed, 2 * _bytes.Length));
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    internal void Begin(DateTimeOffset timestamp)
    {
        Span<byte> text = stackalloc byte[TimestampLength];
        Format(timestamp, text);
        _json.WriteStartObject();
        _json.WriteString("timestamp"u8, text);
    }

    internal void SetTimestamp(DateTimeOffset timestamp)
    {
        _json.Flush();
        Format(timestamp, _bytes.AsSpan(TimestampStart, TimestampLength));
    }

    /// <summary>Ends the event and gives its JSON, valid until <see cref="Return"/>.</summary>
    internal ReadOnlySpan<byte> End()
    {
        _json.WriteEndObject();
        _json.Flush();
        return _bytes.AsSpan(0, _length);
    }

    internal void Return()
    {
        Turn++;
        if (_bytes.Length > LargestKept)
            return;
        _length = 0;
        _json.Reset();
        s_free = this;
    }

    private static void Format(DateTimeOffset timestamp, Span<byte> destination) =>
        Utf8Formatter.TryFormat(timestamp.UtcDateTime, destination, out _, new StandardFormat('O'));
}
