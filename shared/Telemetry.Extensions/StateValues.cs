using Telemetry.Events;
using static System.FormattableString;

namespace Telemetry.Extensions;

/// <summary>The values of a state. They are read once, since each read of a value may box it again.</summary>
internal readonly ref struct StateValues
{
    private const int Kept = 64;
    private const int Most = 1_024;

    [ThreadStatic]
    private static KeyValuePair<string, object?>[]? s_free;

    private readonly KeyValuePair<string, object?>[] _values;

    private StateValues(KeyValuePair<string, object?>[] values, int count)
    {
        _values = values;
        Span = values.AsSpan(0, count);
    }

    internal ReadOnlySpan<KeyValuePair<string, object?>> Span { get; }

    public void Dispose()
    {
        // The values must not be kept alive.
        _values.AsSpan(0, Span.Length).Clear();
        if (_values.Length == Kept)
            s_free = _values;
    }

    /// <summary>
    /// Reads all values; a nested read on the same thread has its own memory. A value that cannot be read is replaced by a mark,
    /// named by its position if its name is unknown.
    /// </summary>
    internal static StateValues Read(IReadOnlyList<KeyValuePair<string, object?>> state)
    {
        if (!ForeignCode.TryEnter())
            return new StateValues([Unread(0, ForeignCode.Recursive)], 1);
        try
        {
            return ReadAll(state);
        }
        catch (Exception e)
        {
            return new StateValues([Unread(0, ForeignCode.Mark(e))], 1);
        }
        finally
        {
            ForeignCode.Leave();
        }
    }

    private static StateValues ReadAll(IReadOnlyList<KeyValuePair<string, object?>> state)
    {
        var all = state.Count;
        var count = Math.Clamp(all, 0, Most);
        var values = count > Kept ? new KeyValuePair<string, object?>[count] : s_free ?? new KeyValuePair<string, object?>[Kept];
        s_free = null;
        for (var i = 0; i < count; i++)
            values[i] = ReadOne(state, i);
        if (all > Most)
            values[Most - 1] = Unread(Most - 1, ForeignItems.Cut);
        return new StateValues(values, count);
    }

    private static KeyValuePair<string, object?> ReadOne(IReadOnlyList<KeyValuePair<string, object?>> state, int index)
    {
        try
        {
            return state[index];
        }
        catch (Exception e)
        {
            return Unread(index, ForeignCode.Mark(e));
        }
    }

    private static KeyValuePair<string, object?> Unread(int index, string mark) => new(Invariant($"[{index}]"), mark);
}
