namespace Bridge.Core.Configuration;

/// <summary>Finds the setting that a name was probably meant to be.</summary>
/// <param name="known">Paths of all settings (<see cref="OptionTypes.Paths"/>).</param>
internal sealed class NearestSetting(IReadOnlyList<string> known)
{
    private const char Separator = ':';
    private const string AnyName = $":{OptionTypes.AnyName}";

    // The right name in the wrong place is more likely than this many wrong letters.
    private const int WrongPlace = 2;
    private const int FewLetters = 2;

    /// <summary>The nearest known path: a path below it, or else the one with the fewest letters to change.</summary>
    public string To(string path)
    {
        var plain = Plain(path);
        var below = known.FirstOrDefault(candidate =>
            candidate.StartsWith($"{plain}{Separator}", StringComparison.OrdinalIgnoreCase));
        return below ?? known.Select(candidate => Named(candidate, plain))
            .MinBy(candidate => (Math.Min(Distance(plain, candidate), DistanceOfNames(plain, candidate)), Distance(plain, candidate)))!;
    }

    /// <summary>Whether it differs from a known path in so few letters that it is probably a misspelling of it.</summary>
    public bool IsAlmostKnown(string path) => known.Any(candidate => Distance(Plain(path), candidate) <= FewLetters);

    private static string Plain(string path) =>
        string.Join(Separator, path.Split(Separator).Select(part => part.All(char.IsAsciiDigit) ? "0" : part));

    // A name that the user chooses cannot be wrong.
    private static string Named(string candidate, string path) =>
        candidate.EndsWith(AnyName, StringComparison.Ordinal)
            ? $"{candidate[..^OptionTypes.AnyName.Length]}{Last(path)}"
            : candidate;

    private int DistanceOfNames(string path, string candidate) =>
        known.Contains(candidate, StringComparer.Ordinal) ? Distance(Last(path), Last(candidate)) + WrongPlace : int.MaxValue;

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
