using Telemetry.Events;

namespace Bridge.Edge.Formats.Pickle;

/// <summary>
/// Writes values of a pickle as JSON. A pickle may name one value a million times: elements, depth and size have the limits of
/// the values of this project's own events (docs/reference/events.md).
/// </summary>
/// <param name="output">Takes the values.</param>
/// <param name="maxBytes">Most bytes of the whole output; what comes behind them is cut.</param>
internal ref struct PickleJson(JsonOutput output, int maxBytes)
{
    private const int MostElements = 16_384;
    private const int MostOfCollection = 1_024;
    private const int MostLevels = 16;

    private int _elements;

    private static ReadOnlySpan<byte> Cut => "…[cut]"u8;

    /// <summary>Writes a value.</summary>
    public void Write(object? value, int level = 0)
    {
        if (!HasRoomFor(value))
        {
            output.WriteStringValue(Cut);
            return;
        }

        _elements++;
        switch (value)
        {
            case PickleList list:
                WriteList(list, level);
                break;
            case PickleDict dict:
                WriteDict(dict, level);
                break;
            case PickleObject made:
                output.WriteStringValue(made.Text);
                break;
            case byte[] bytes:
                output.WriteBase64StringValue(bytes);
                break;
            default:
                EventValues.WriteElement(output, value);
                break;
        }
    }

    /// <summary>A value as the name of a member.</summary>
    public static string NameOf(object? value) => value switch
    {
        string text => text,
        null => "None",
        PickleObject made => made.Text,
        PickleList or PickleDict or byte[] => "[key]",
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => $"{value}",
    };

    /// <summary>Whether a value still fits; of a collection, whether it may begin.</summary>
    public readonly bool HasRoomFor(object? value)
    {
        var length = value switch
        {
            string text => text.Length,
            byte[] bytes => bytes.Length,
            _ => 0,
        };
        return _elements < MostElements && output.Length + length < maxBytes;
    }

    private void WriteList(PickleList list, int level)
    {
        if (level == MostLevels)
        {
            output.WriteStringValue(Cut);
            return;
        }

        output.WriteStartArray();
        for (var i = 0; i < list.Items.Count && i <= MostOfCollection; i++)
        {
            if (i == MostOfCollection)
                output.WriteStringValue(Cut);
            else
                Write(list.Items[i], level + 1);
            if (_elements >= MostElements || output.Length >= maxBytes)
                break;
        }

        output.WriteEndArray();
    }

    private void WriteDict(PickleDict dict, int level)
    {
        if (level == MostLevels)
        {
            output.WriteStringValue(Cut);
            return;
        }

        output.WriteStartObject();
        foreach (var (name, value) in dict.Members.Take(MostOfCollection))
        {
            if (!HasRoomFor(NameOf(name)))
                break;
            output.WritePropertyName(NameOf(name));
            Write(value, level + 1);
        }

        output.WriteEndObject();
    }
}
