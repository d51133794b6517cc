namespace Telemetry.Wire;

/// <summary>Enumerates the events of a batch: the ranges between line feeds.</summary>
/// <param name="lines">JSON Lines; every event on one line that ends in LF.</param>
public ref struct EventLines(ReadOnlySpan<byte> lines)
{
    private readonly ReadOnlySpan<byte> _lines = lines;
    private int _next;

    /// <summary>The range of the current event in the batch, without its line feed.</summary>
    public Range Current { get; private set; }

    /// <summary>Makes <c>foreach</c> work.</summary>
    public readonly EventLines GetEnumerator() => this;

    /// <summary>Goes to the next event.</summary>
    public bool MoveNext()
    {
        if (_next >= _lines.Length)
            return false;
        var length = _lines[_next..].IndexOf((byte)'\n');
        var end = length < 0 ? _lines.Length : _next + length;
        Current = _next..end;
        _next = end + 1;
        return true;
    }
}
