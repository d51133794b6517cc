namespace Telemetry.Extensions;

/// <summary>A state's values, read once: each reading of one may box it anew.</summary>
internal readonly ref struct StateValues
{
    private const int Kept = 64;

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
        // Holds on to nobody's values.
        _values.AsSpan(0, Span.Length).Clear();
        if (_values.Length == Kept)
            s_free = _values;
    }

    /// <summary>Reads all; what is read meanwhile on the same thread has memory of its own.</summary>
    internal static StateValues Read(IReadOnlyList<KeyValuePair<string, object?>> state)
    {
        var count = state.Count;
        var values = count > Kept ? new KeyValuePair<string, object?>[count] : s_free ?? new KeyValuePair<string, object?>[Kept];
        s_free = null;
        for (var i = 0; i < count; i++)
            values[i] = state[i];
        return new StateValues(values, count);
    }
}
