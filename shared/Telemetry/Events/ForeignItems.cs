using System.Collections;

namespace Telemetry.Events;

/// <summary>Walks over a caller's collection as far as it can be read.</summary>
/// <param name="items">Its enumerator.</param>
/// <param name="most">Items at most.</param>
internal struct ForeignItems(IEnumerator items, int most)
{
    /// <summary>Stands for what was left out.</summary>
    internal const string Cut = "…[cut]";

    private int _left = most;

    /// <summary>The current item.</summary>
    internal object? Current { get; private set; }

    /// <summary>Why the walk ended before the collection did: a mark; null when it did not.</summary>
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
            // All that can be read was.
        }
    }
}
