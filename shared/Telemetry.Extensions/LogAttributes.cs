using Microsoft.Extensions.Logging;
using Telemetry.Events;

namespace Telemetry.Extensions;

/// <summary>Writes the values of a log state and of the scopes around it.</summary>
internal static class LogAttributes
{
    private static ReadOnlySpan<byte> Template => "message.template"u8;
    private static ReadOnlySpan<byte> ScopesName => "scopes"u8;

    // The name that Microsoft.Extensions.Logging gives the template among the values of a state.
    private const string OriginalFormat = "{OriginalFormat}";

    /// <summary>Writes the values of a state as members.</summary>
    internal static void WriteState(JsonOutput json, IReadOnlyList<KeyValuePair<string, object?>> state)
    {
        using var values = StateValues.Read(state);
        Write(json, values.Span);
    }

    /// <summary>The template among a state's values; null if there is none.</summary>
    internal static string? TemplateOf(IReadOnlyList<KeyValuePair<string, object?>> state)
    {
        using var values = StateValues.Read(state);
        foreach (ref readonly var one in values.Span)
        {
            if (one.Key == OriginalFormat)
                return one.Value as string;
        }

        return null;
    }

    private static void Write(JsonOutput json, ReadOnlySpan<KeyValuePair<string, object?>> values)
    {
        foreach (ref readonly var one in values)
        {
            if (one.Key == OriginalFormat)
                json.WriteString(Template, one.Value as string);
            else
                EventValues.WriteMember(json, one.Key, one.Value);
        }
    }

    /// <summary>
    /// Writes the scopes around a log as the attribute <c>scopes</c>, the outermost first. Each is an object, or its text.
    /// </summary>
    internal sealed class Scopes
    {
        [ThreadStatic]
        private static Scopes? s_free;

        private JsonOutput? _json;
        private bool _any;

        internal static void Write(JsonOutput json, IExternalScopeProvider provider)
        {
            if (!ForeignCode.TryEnter())
            {
                json.WriteString(ScopesName, ForeignCode.Recursive);
                return;
            }

            // A scope may log while it is read; that log has its own scopes.
            var scopes = s_free ?? new Scopes();
            s_free = null;
            scopes._json = json;
            try
            {
                provider.ForEachScope(static (scope, scopes) => scopes.Write(scope), scopes);
            }
            catch (Exception e)
            {
                scopes.Array().WriteStringValue(ForeignCode.Mark(e));
            }
            finally
            {
                ForeignCode.Leave();
                scopes.End();
                s_free = scopes;
            }
        }

        private void End()
        {
            if (_any)
                _json!.WriteEndArray();
            _any = false;
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

        // Hosts add these to every log for consoles. They are left out, since each event has its traceparent.
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
