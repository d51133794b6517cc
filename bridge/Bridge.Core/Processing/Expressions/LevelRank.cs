using System.Text;

namespace Bridge.Core.Processing.Expressions;

/// <summary>The order of levels: trace, debug, info, warn, error, fatal. Upper and lower case are the same.</summary>
internal static class LevelRank
{
    /// <summary>What <see cref="Of"/> gives for a text that names no level.</summary>
    public const int None = -1;

    /// <summary>The levels, as an error shows them.</summary>
    public const string Names = "trace, debug, info, warn, error, fatal";

    /// <summary>The rank of a level's name, from 0; also of <c>information</c>, <c>warning</c> and <c>critical</c>.</summary>
    public static int Of(ReadOnlySpan<byte> name)
    {
        if (Is(name, "info"u8) || Is(name, "information"u8))
            return 2;
        if (Is(name, "debug"u8))
            return 1;
        if (Is(name, "warn"u8) || Is(name, "warning"u8))
            return 3;
        if (Is(name, "error"u8))
            return 4;
        if (Is(name, "trace"u8))
            return 0;
        return Is(name, "fatal"u8) || Is(name, "critical"u8) ? 5 : None;
    }

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> level) => Ascii.EqualsIgnoreCase(name, level);
}
