namespace Bridge.Core.Configuration;

/// <summary>Finds the known setting that is most similar to an unknown one.</summary>
/// <param name="known">Paths of all settings (<see cref="OptionTypes.Paths"/>).</param>
internal sealed class NearestSetting(IReadOnlyList<string> known)
{
    private const char Separator = ':';
    private const string AnyName = $":{OptionTypes.AnyName}";

    // The right name in the wrong section counts as this many wrong letters.
    private const int WrongSection = 2;
    private const int MaxTypos = 2;

    /// <summary>
    /// Finds the nearest known path: a path below this one, otherwise the one with the fewest letters to change.
    /// </summary>
    public string Find(string path)
    {
        var plain = Plain(path);
        var below = known.FirstOrDefault(candidate =>
            candidate.StartsWith($"{plain}{Separator}", StringComparison.OrdinalIgnoreCase));
        return below ?? known.Select(candidate => Named(candidate, plain))
            .MinBy(candidate => (Math.Min(Distance(plain, candidate), DistanceOfNames(plain, candidate)), Distance(plain, candidate)))!;
    }

    /// <summary>True when the path is probably a misspelling of a known one.</summary>
    public bool IsAlmostKnown(string path) => known.Any(candidate => Distance(Plain(path), candidate) <= MaxTypos);

    private static string Plain(string path) =>
        string.Join(Separator, path.Split(Separator).Select(part => part.All(char.IsAsciiDigit) ? "0" : part));

    // The user chooses this name, so it is copied and never counts as wrong.
    private static string Named(string candidate, string path) =>
        candidate.EndsWith(AnyName, StringComparison.Ordinal)
            ? $"{candidate[..^OptionTypes.AnyName.Length]}{Last(path)}"
            : candidate;

    private int DistanceOfNames(string path, string candidate) =>
        known.Contains(candidate, StringComparer.Ordinal) ? Distance(Last(path), Last(candidate)) + WrongSection : int.MaxValue;

    private static string Last(string path) => path[(path.LastIndexOf(Separator) + 1)..];

    // The Levenshtein distance.
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var changed = diagonal + (char.ToUpperInvariant(from[i - 1]) == char.ToUpperInvariant(to[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
