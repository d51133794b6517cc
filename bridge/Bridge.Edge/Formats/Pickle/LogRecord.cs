using Telemetry.Events;

namespace Bridge.Edge.Formats.Pickle;

/// <summary>A record of Python's <c>logging</c>, as the dict of its attributes.</summary>
internal sealed class LogRecord
{
    private const double MicrosecondsPerSecond = 1_000_000;
    private const double LastSecond = 253_402_300_799;

    // What other members say, or what only the process itself needs.
    private static readonly HashSet<string> Left = new(StringComparer.Ordinal)
    {
        "created", "levelno", "levelname", "name", "msg", "message", "asctime", "msecs", "relativeCreated", "filename", "module",
        "exc_info",
    };

    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["pathname"] = "code.file.path",
        ["lineno"] = "code.line.number",
        ["funcName"] = "code.function.name",
        ["stack_info"] = "code.stacktrace",
        ["exc_text"] = "exception.stacktrace",
        ["thread"] = "thread.id",
        ["threadName"] = "thread.name",
        ["process"] = "process.pid",
        ["processName"] = "process.name",
        ["taskName"] = "task.name",
    };

    private readonly PickleDict _record;
    private readonly Dictionary<string, object?> _members = new(StringComparer.Ordinal);

    public LogRecord(PickleDict record)
    {
        _record = record;
        foreach (var (name, value) in record.Members)
            _members[PickleJson.NameOf(name)] = value;
    }

    /// <summary>Writes the event.</summary>
    public void Write(in IncomingMessage message, JsonOutput output, int maxBytes)
    {
        var json = new PickleJson(output, maxBytes);
        EventText.Begin(output, Created() ?? message.ReceivedAt, Level());
        if (_members.GetValueOrDefault("name") is string name)
            output.WriteString("category"u8, name);
        output.WriteString("message"u8, MessageText());
        output.WriteStartObject("attributes"u8);
        foreach (var (key, value) in _record.Members)
            WriteAttribute(PickleJson.NameOf(key), value, output, ref json);
        output.WriteEndObject();
        output.WriteEndObject();
    }

    // Python has many attributes that are None when they say nothing; an extra that is None says so.
    private static void WriteAttribute(string name, object? value, JsonOutput output, ref PickleJson json)
    {
        var isOwn = Names.TryGetValue(name, out var known);
        if (Left.Contains(name) || (value is null && (isOwn || name is "args")) || !json.HasRoomFor(name))
            return;
        output.WritePropertyName(known ?? name);
        json.Write(value);
    }

    private string MessageText() => (_members.GetValueOrDefault("msg") ?? _members.GetValueOrDefault("message")) switch
    {
        string text => text,
        null => "",
        PickleObject made => made.Text,
        var other => PickleJson.NameOf(other),
    };

    private DateTimeOffset? Created()
    {
        var seconds = _members.GetValueOrDefault("created") switch
        {
            double number => number,
            long number => number,
            _ => double.NaN,
        };
        return seconds is >= 0 and < LastSecond
            ? DateTimeOffset.UnixEpoch.AddTicks((long)Math.Round(seconds * MicrosecondsPerSecond) * TimeSpan.TicksPerMicrosecond)
            : null;
    }

    private ReadOnlySpan<byte> Level() => _members.GetValueOrDefault("levelno") is not long number ? "info"u8 : number switch
    {
        < 10 => "trace"u8,
        < 20 => "debug"u8,
        < 30 => "info"u8,
        < 40 => "warn"u8,
        < 50 => "error"u8,
        _ => "fatal"u8,
    };
}
