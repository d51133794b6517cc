using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Telemetry.Events;

namespace Telemetry.Extensions;

/// <summary>Writes what a log state and the scopes around it hold.</summary>
internal static class LogAttributes
{
    internal const string Template = "message.template";

    // What Microsoft.Extensions.Logging calls the template among a state's values.
    private const string OriginalFormat = "{OriginalFormat}";

    /// <summary>The values of a state; of two with one name the last, as the message shows it.</summary>
    internal static void WriteState(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> state)
    {
        for (var i = 0; i < state.Count; i++)
        {
            var (name, value) = state[i];
            if (name == OriginalFormat)
                json.WriteString(Template, value as string);
            else if (!ComesAgain(state, name, i))
                EventValues.WriteMember(json, name, value);
        }
    }

    private static bool ComesAgain(IReadOnlyList<KeyValuePair<string, object?>> state, string name, int at)
    {
        for (var i = at + 1; i < state.Count; i++)
        {
            if (string.Equals(state[i].Key, name, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    /// <summary>The scopes around a log, the outermost first, as the attribute <c>scopes</c>: an object each, or its text.</summary>
    [SuppressMessage("Design", "CA1001", Justification = "Lives as long as its thread and does not own the writer.")]
    internal sealed class Scopes
    {
        [ThreadStatic]
        private static Scopes? s_mine;

        private Utf8JsonWriter? _json;
        private bool _any;

        internal static Scopes Begin(Utf8JsonWriter json)
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
            if (scope is null || IsTrace(scope))
                return;
            if (!_any)
                _json!.WriteStartArray("scopes"u8);
            _any = true;
            if (scope is IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                _json!.WriteStartObject();
                WriteState(_json, values);
                _json.WriteEndObject();
            }
            else
            {
                EventValues.WriteElement(_json!, scope);
            }
        }

        // What hosts add to every log so that consoles show the trace: here each event has its traceparent.
        private static bool IsTrace(object scope) =>
            scope is IReadOnlyList<KeyValuePair<string, object?>> { Count: > 0 } values
            && values.All(value => value.Key is "SpanId" or "TraceId" or "ParentId");
    }
}
