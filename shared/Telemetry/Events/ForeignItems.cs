using System.Collections;

namespace Telemetry.Events;

/// <summary>Enumerates a caller's collection until it ends or throws.</summary>
/// <param name="items">Its enumerator.</param>
/// <param name="most">Largest number of items.</param>
internal struct ForeignItems(IEnumerator items, int most)
{
    /// <summary>The mark for items that were left out.</summary>
    internal const string Cut = "…[cut]";

    private int _left = most;

    /// <summary>The current item.</summary>
    internal object? Current { get; private set; }

    /// <summary>A mark that says why enumerating ended early; null when it reached the end.</summary>
    internal string? Problem { get; private set; }

    internal bool MoveNext()
    {
        try
        {
            if (!items.MoveNext())
                return false;
            if (_left-- == 0)
            {
                Problem = Cut;
                return false;
            }

            Current = items.Current;
            return true;
        }
        catch (Exception e)
        {
            Problem = ForeignCode.Mark(e);
            return false;
        }
    }

    internal readonly void Dispose()
    {
        try
        {
            (items as IDisposable)?.Dispose();
        }
        catch (Exception)
        {
            // Everything that can be read has been read.
        }
    }
}
