using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Telemetry.Events;

/// <summary>
/// Writes a value whose type is a caller's own: maps of every class as objects, lists and tuples as arrays, JSON as JSON,
/// anything else as text. A mark replaces what cannot be read; endless values are cut.
/// </summary>
internal struct ForeignValue
{
    private const int Deepest = 16;
    private const int MostElements = 1_024;
    private const int MostValues = 16_384;
    private const string TooDeep = "[unreadable: more than 16 levels]";

    // The name of the mark in a map whose reading ended early.
    private const string Rest = "…";

    private readonly JsonOutput _json;
    private int _left = MostValues;

    private ForeignValue(JsonOutput json) => _json = json;

    internal static void Write(JsonOutput json, object value)
    {
        if (!ForeignCode.TryEnter())
        {
            json.WriteStringValue(ForeignCode.Recursive);
            return;
        }

        try
        {
            new ForeignValue(json).Write(value, 0);
        }
        finally
        {
            ForeignCode.Leave();
        }
    }

    /// <summary>Writes a value with the serialiser's code for its type, which runs the type's own code.</summary>
    internal static void Write<T>(JsonOutput json, T value, JsonTypeInfo<T> type)
    {
        if (!ForeignCode.TryEnter())
        {
            json.WriteStringValue(ForeignCode.Recursive);
            return;
        }

        var start = json.Here;
        try
        {
            json.WriteValue(value, type);
        }
        catch (Exception e)
        {
            json.Return(start);
            json.WriteStringValue(ForeignCode.Mark(e));
        }
        finally
        {
            ForeignCode.Leave();
        }
    }

    private void Write(object? value, int depth)
    {
        _left--;
        if (EventValues.TryWritePlain(_json, value))
            return;
        var start = _json.Here;
        try
        {
            WriteOwn(value!, depth);
        }
        catch (Exception e)
        {
            _json.Return(start);
            _json.WriteStringValue(ForeignCode.Mark(e));
        }
    }

    private void WriteOwn(object value, int depth)
    {
        switch (value)
        {
            case JsonValue leaf:
                _json.WriteValue(leaf);
                break;
            case JsonElement { ValueKind: not (JsonValueKind.Object or JsonValueKind.Array) } leaf:
                _json.WriteValue(leaf);
                break;
            case JsonDocument document:
                WriteOwn(document.RootElement, depth);
                break;
            case IUtf8SpanFormattable formattable:
                _json.WriteFormatted(formattable);
                break;
            // A type that converts to a single value is written as one, even if it can be enumerated.
            case IConvertible:
                _json.WriteStringValue(ForeignCode.InvariantText(value));
                break;
            default:
                WriteComposed(value, depth);
                break;
        }
    }

    private void WriteComposed(object value, int depth)
    {
        if (ForeignPair.TryRead(value, out var name, out var content))
        {
            _json.WriteStartObject();
            WriteMember(name, content, depth);
            _json.WriteEndObject();
        }
        else if (ItemsOf(value) is not { } items)
        {
            _json.WriteStringValue(ForeignCode.InvariantText(value));
        }
        else if (depth == Deepest)
        {
            _json.WriteStringValue(TooDeep);
        }
        else
        {
            WriteItems(items, IsMap(value), depth);
        }
    }

    private static IEnumerator? ItemsOf(object value) => value switch
    {
        JsonElement { ValueKind: JsonValueKind.Object } element => element.EnumerateObject(),
        JsonElement element => element.EnumerateArray(),
        NameValueCollection names => names.AllKeys.Select(name => KeyValuePair.Create(name!, names[name])).GetEnumerator(),
        IDictionary map => map.GetEnumerator(),
        IEnumerable list => list.GetEnumerator(),
        ITuple tuple => Enumerable.Range(0, tuple.Length).Select(i => tuple[i]).GetEnumerator(),
        _ => null,
    };

    // How an empty collection is read. Any other collection is a map when its first item is a pair.
    private static bool IsMap(object value) => value is
        IDictionary or NameValueCollection or JsonObject or JsonElement { ValueKind: JsonValueKind.Object }
        or IEnumerable<KeyValuePair<string, object?>> or IEnumerable<KeyValuePair<string, string?>>
        or IEnumerable<KeyValuePair<string, IEnumerable<string>>>;

    private void WriteItems(IEnumerator enumerator, bool isMap, int depth)
    {
        var items = new ForeignItems(enumerator, Math.Clamp(_left, 0, MostElements));
        try
        {
            var any = items.MoveNext();
            if (any ? ForeignPair.TryRead(items.Current, out _, out _) : isMap)
                WriteMap(ref items, any, depth);
            else
                WriteList(ref items, any, depth);
        }
        finally
        {
            items.Dispose();
        }
    }

    private void WriteList(ref ForeignItems items, bool any, int depth)
    {
        _json.WriteStartArray();
        for (; any; any = items.MoveNext())
            Write(items.Current, depth + 1);
        if (items.Problem is not null)
            _json.WriteStringValue(items.Problem);
        _json.WriteEndArray();
    }

    private void WriteMap(ref ForeignItems items, bool any, int depth)
    {
        _json.WriteStartObject();
        for (var index = 0; any; any = items.MoveNext(), index++)
        {
            if (ForeignPair.TryRead(items.Current, out var name, out var value))
                WriteMember(name, value, depth);
            else
                WriteMember(index, items.Current, depth);
        }

        if (items.Problem is not null)
            _json.WriteString(Rest, items.Problem);
        _json.WriteEndObject();
    }

    private void WriteMember(object? name, object? value, int depth)
    {
        _json.WritePropertyName(NameOf(name));
        Write(value, depth + 1);
    }

    private static string NameOf(object? name)
    {
        try
        {
            return name switch
            {
                null => "",
                string text => text,
                DateTime or DateTimeOffset or DateOnly or TimeOnly =>
                    ((IFormattable)name).ToString("O", CultureInfo.InvariantCulture),
                _ => ForeignCode.InvariantText(name) ?? "",
            };
        }
        catch (Exception e)
        {
            return ForeignCode.Mark(e);
        }
    }
}
