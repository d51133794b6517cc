namespace Local.Demo;

/// <summary>
/// Lines, with one line of progress below them that is rewritten in place; where output is no terminal, progress is a line
/// of its own every other second. Safe for use by several threads.
/// </summary>
internal sealed class LiveScreen
{
    private const string ClearLine = "\r\u001b[K";
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly bool _terminal = !Console.IsOutputRedirected;
    private string _progress = "";
    private long _plainAt;

    /// <summary>Writes a line above the progress.</summary>
    public void Write(string line = "")
    {
        lock (_lock)
        {
            if (!_terminal || _progress.Length == 0)
                Console.Out.WriteLine(line);
            else
                Console.Out.Write($"{ClearLine}{line}{Environment.NewLine}{Fit(_progress)}");
        }
    }

    /// <summary>Replaces the progress; an empty text ends it.</summary>
    public void Progress(string text)
    {
        lock (_lock)
        {
            if (text == _progress)
                return;
            _progress = text;
            if (_terminal)
                Console.Out.Write($"{ClearLine}{Fit(text)}");
            else if (text.Length > 0 && IsDue())
                Console.Out.WriteLine(text);
        }
    }

    /// <summary>Cut to the terminal's width: a wrapped line could not be rewritten.</summary>
    public string Fit(string text) => _terminal && Console.WindowWidth is > 20 and var width && text.Length >= width
        ? text[..(width - 1)]
        : text;

    private bool IsDue()
    {
        if (_plainAt != 0 && TimeProvider.System.GetElapsedTime(_plainAt) < PlainInterval)
            return false;
        _plainAt = TimeProvider.System.GetTimestamp();
        return true;
    }
}
