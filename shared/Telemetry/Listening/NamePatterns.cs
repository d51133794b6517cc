namespace Telemetry.Listening;

/// <summary>Names, and beginnings of names that end in <c>*</c>.</summary>
internal sealed class NamePatterns(IEnumerable<string> patterns)
{
    private readonly string[] _patterns = [.. patterns];

    internal bool IsEmpty => _patterns.Length == 0;

    internal bool Match(string name)
    {
        foreach (var pattern in _patterns)
        {
            var isMatch = pattern.EndsWith('*')
                ? name.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.OrdinalIgnoreCase)
                : string.Equals(name, pattern, StringComparison.OrdinalIgnoreCase);
            if (isMatch)
                return true;
        }

        return false;
    }
}
