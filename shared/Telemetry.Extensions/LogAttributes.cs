using Telemetry.Events;

namespace Telemetry.Extensions;

/// <summary>Writes what a log state and the scopes around it hold.</summary>
internal static class LogAttributes
{
    private static ReadOnlySpan<byte> Template => "message.template"u8;
    private static ReadOnlySpan<byte> ScopesName => "scopes"u8;

    // What Microsoft.Extensions.Logging calls the template among a state's values.
    private const string OriginalFormat = "{OriginalFormat}";

    /// <summary>The values of a state; of two with one name the last, as the message shows it.</summary>
    internal static void WriteState(JsonOutput json, IReadOnlyList<KeyValuePair<string, object?>> state)
    {
        using var values = StateValues.Read(state);
        Write(json, values.Span);
    }

    private static void Write(JsonOutput json, ReadOnlySpan<KeyValuePair<string, object?>> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            ref readonly var one = ref values[i];
            if (one.Key == OriginalFormat)
                json.WriteString(Template, one.Value as string);
            else if (!ComesAgain(values[(i + 1)..], one.Key))
                EventValues.WriteMember(json, one.Key, one.Value);
        }
    }

    private static bool ComesAgain(ReadOnlySpan<KeyValuePair<string, object?>> rest, string name)
    {
        foreach (ref readonly var later in rest)
        {
            if (string.Equals(later.Key, name, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    /// <summary>The scopes around a log, the outermost first, as the attribute <c>scopes</c>: an object each, or its text.</summary>
    internal sealed class Scopes
    {
        [ThreadStatic]
        private static Scopes? s_mine;

        private JsonOutput? _json;
        private bool _any;

        internal static Scopes Begin(JsonOutput json)
        {
            var scopes = s_mine ??= new Scopes();
            scopes._json = json;
            scopes._any = false;
            return scopes;
        }

        internal static void Write(object? scope, Scopes scopes) => scopes.Write(scope);

        internal void End()
        {
            if (_any)
                _json!.WriteEndArray();
            _json = null;
        }

        private void Write(object? scope)
        {
            if (scope is IReadOnlyList<KeyValuePair<string, object?>> state)
                WriteValues(state);
            else if (scope is not null)
                EventValues.WriteElement(Array(), scope);
        }

        private void WriteValues(IReadOnlyList<KeyValuePair<string, object?>> state)
        {
            using var values = StateValues.Read(state);
            if (IsTrace(values.Span))
                return;
            var json = Array();
            json.WriteStartObject();
            LogAttributes.Write(json, values.Span);
            json.WriteEndObject();
        }

        private JsonOutput Array()
        {
            if (!_any)
                _json!.WriteStartArray(ScopesName);
            _any = true;
            return _json!;
        }

        // What hosts add to every log so that consoles show the trace: here each event has its traceparent.
        private static bool IsTrace(ReadOnlySpan<KeyValuePair<string, object?>> values)
        {
            foreach (ref readonly var value in values)
            {
                if (value.Key is not ("SpanId" or "TraceId" or "ParentId"))
                    return false;
            }

            return true;
        }
    }
}
