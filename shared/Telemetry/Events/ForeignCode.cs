using System.Globalization;

namespace Telemetry.Events;

/// <summary>
/// Runs code of callers' types, such as <c>ToString</c>, enumerators and log formatters. When that code throws, a mark replaces
/// its result. The code may itself log or send and so be called again; this is limited to three levels on one thread, so that a
/// value that logs itself does not recurse without end.
/// </summary>
internal static class ForeignCode
{
    internal const string Recursive = "[unreadable: it logs or sends while it is read]";

    private const int Deepest = 3;

    [ThreadStatic]
    private static int s_depth;

    /// <summary>Whether a caller's code may run here. After true, <see cref="Leave"/> must be called.</summary>
    internal static bool TryEnter()
    {
        if (s_depth == Deepest)
            return false;
        s_depth++;
        return true;
    }

    internal static void Leave() => s_depth--;

    /// <summary>
    /// The mark for a value whose code threw. It names only the exception's type, since the text may hold anything.
    /// </summary>
    internal static string Mark(Exception exception) => $"[unreadable: {exception.GetType().Name}]";

    /// <summary>The text that a caller's code returns, or the mark.</summary>
    internal static string? Text<T>(T from, Func<T, string?> read)
    {
        if (!TryEnter())
            return Recursive;
        try
        {
            return read(from);
        }
        catch (Exception e)
        {
            return Mark(e);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>An object's text in the invariant culture, even if its <c>ToString</c> uses the current culture.</summary>
    /// <exception cref="Exception">Whatever the object throws.</exception>
    internal static string? InvariantText(object value)
    {
        if (value is IFormattable formattable)
            return formattable.ToString(format: null, CultureInfo.InvariantCulture);
        var current = CultureInfo.CurrentCulture;
        if (ReferenceEquals(current, CultureInfo.InvariantCulture))
            return value.ToString();
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            return value.ToString();
        }
        finally
        {
            CultureInfo.CurrentCulture = current;
        }
    }
}
