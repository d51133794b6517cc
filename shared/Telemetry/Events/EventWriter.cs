using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;
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
    private int _body;
    private int _bodyEnd;

    private EventWriter() => _json = new Utf8JsonWriter(this, Options);

    internal Utf8JsonWriter Json => _json;

    internal EventStyle Style { get; private set; }

    internal TelemetryLevel Level { get; private set; }

    internal string? Category { get; set; }

    /// <summary>The finished activity that the event tells of; null means whatever is current when the event is sent.</summary>
    internal Activity? Activity { get; set; }

    /// <summary>The event names its trace itself, or belongs to none.</summary>
    internal bool HasOwnTrace { get; private set; }

    internal ActivityTraceId Trace { get; private set; }

    /// <summary>The part of the JSON that holds what callers gave, known at the <see cref="End"/>.</summary>
    internal Range Body => _body.._bodyEnd;

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
        Reserve(Math.Max(sizeHint, 256));
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Appends JSON as it is; only where <see cref="Json"/> holds nothing back.</summary>
    internal void Append(ReadOnlySpan<byte> json)
    {
        Reserve(json.Length);
        json.CopyTo(_bytes.AsSpan(_length));
        _length += json.Length;
    }

    /// <summary>Appends ASCII text that needs no escapes.</summary>
    internal void AppendAscii(string text)
    {
        Reserve(text.Length);
        _length += Encoding.ASCII.GetBytes(text, _bytes.AsSpan(_length));
    }

    // The head is no work of the JSON writer's: most of it is ready. The writer starts behind the comma and writes none itself.
    internal void Begin(EventStyle style, TelemetryLevel level, DateTimeOffset timestamp)
    {
        Style = style;
        Level = level;
        Append("{\"timestamp\":\""u8);
        Format(timestamp, _bytes.AsSpan(_length, TimestampLength));
        _length += TimestampLength;
        Append(EventHeads.Of(style, level));
        _body = _length;
    }

    internal void SetTimestamp(DateTimeOffset timestamp)
    {
        _json.Flush();
        Format(timestamp, _bytes.AsSpan(TimestampStart, TimestampLength));
    }

    internal void SetOwnTrace(ActivityTraceId trace)
    {
        HasOwnTrace = true;
        Trace = trace;
    }

    /// <summary>Closes the attributes, adds what the client knows and gives the JSON, valid until <see cref="Return"/>.</summary>
    internal ReadOnlySpan<byte> End(ClientMembers members)
    {
        var activity = Activity ?? System.Diagnostics.Activity.Current;
        members.WriteAttributes(_json, activity);
        _json.WriteEndObject();
        _json.Flush();
        _bodyEnd = _length;
        members.WriteTo(this, activity);
        Append("}"u8);
        return _bytes.AsSpan(0, _length);
    }

    internal void Return()
    {
        Turn++;
        if (_bytes.Length > LargestKept)
            return;
        _length = 0;
        Category = null;
        Activity = null;
        HasOwnTrace = false;
        Trace = default;
        _json.Reset();
        s_free = this;
    }

    private void Reserve(int more)
    {
        var needed = _length + more;
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(needed, 2 * _bytes.Length));
    }

    private static void Format(DateTimeOffset timestamp, Span<byte> destination) =>
        Utf8Formatter.TryFormat(timestamp.UtcDateTime, destination, out _, new StandardFormat('O'));
}
