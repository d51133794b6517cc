using System.Text.RegularExpressions;

namespace Infra.Tests.Layout;

/// <summary>
/// Which namespaces refer to which, read from sources: by a <c>using</c>, by a qualified name, or by a type of an enclosing
/// namespace, which needs neither. Compiled code would not show the use of a constant.
/// </summary>
internal sealed partial class NamespaceGraph
{
    private readonly Dictionary<string, SortedSet<string>> _references;

    /// <param name="sources">The texts of C# files, each with one file-scoped namespace; files without one are left out.</param>
    public NamespaceGraph(IEnumerable<string> sources)
    {
        var files = sources.Select(Source.Read).Where(file => file.Namespace.Length > 0).ToList();
        var types = files.GroupBy(file => file.Namespace, StringComparer.Ordinal).ToDictionary(
            space => space.Key, space =>
                space.SelectMany(file => file.Types).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        _references = types.Keys.ToDictionary(
            name => name, _ => new SortedSet<string>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var file in files)
        {
            _references[file.Namespace]
                .UnionWith(types.Where(to => to.Key != file.Namespace && file.RefersTo(to.Key, to.Value)).Select(to => to.Key));
        }
    }

    /// <summary>The namespaces, and those that each refers to.</summary>
    public IReadOnlyDictionary<string, SortedSet<string>> References => _references;

    /// <summary>For each namespace in a circle, the shortest way from it back to it, such as <c>A -> B -> A</c>.</summary>
    public IReadOnlyDictionary<string, string> Circles() => _references.Keys
        .Select(name => (Name: name, Way: WayBack(name)))
        .Where(circle => circle.Way is not null)
        .ToDictionary(circle => circle.Name, circle => circle.Way!, StringComparer.Ordinal);

    private string? WayBack(string start)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var ways = new Queue<string[]>([[start]]);
        while (ways.TryDequeue(out var way))
        {
            foreach (var next in _references[way[^1]])
            {
                if (next == start)
                    return string.Join(" -> ", [.. way, start]);
                if (seen.Add(next))
                    ways.Enqueue([.. way, next]);
            }
        }

        return null;
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Declaration();

    // Comments, and what stands in quotes: a text may hold a qualified name, a comment may name what it does not use.
    [GeneratedRegex(@"//.*|""""""[\s\S]*?""""""|""(\\.|[^""\\\n])*""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Silent();

    [GeneratedRegex(@"^(global )?using (static )?(\w+ = )?(?<name>[\w.]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex UsedName();

    [GeneratedRegex(
        @"^(\w+ )*(class|struct|interface|enum|record|delegate [\w<>?,]+) (class |struct )?(?<name>\w+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        5000)]
    private static partial Regex TypeName();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*", RegexOptions.None, 5000)]
    private static partial Regex Word();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*(\.[A-Z]\w*)+", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex QualifiedName();

    /// <summary>A file: its namespace, the types that it declares, what it uses, and the names in its code.</summary>
    private sealed record Source(string Namespace, string[] Types, string[] Uses, HashSet<string> Words, string[] QualifiedNames)
    {
        public static Source Read(string text)
        {
            var code = Silent().Replace(text, " ");
            return new Source(
                Declaration().Match(code).Groups["name"].Value,
                [.. TypeName().Matches(code).Select(match => match.Groups["name"].Value)],
                [.. UsedName().Matches(code).Select(match => match.Groups["name"].Value)],
                Word().Matches(code).Select(match => match.Value).ToHashSet(StringComparer.Ordinal),
                [.. QualifiedName().Matches(code).Select(match => match.Value).Distinct(StringComparer.Ordinal)]);
        }

        public bool RefersTo(string space, HashSet<string> types)
        {
            // A using of a namespace in which others have most types, such as Microsoft.Extensions.Logging, is meant for theirs.
            var isShared = space.StartsWith("Microsoft.", StringComparison.Ordinal);
            if (Uses.Any(name => (name == space && (!isShared || Words.Overlaps(types))) || IsTypeOf(name, space, types)))
                return true;
            if (Namespace.StartsWith($"{space}.", StringComparison.Ordinal) && Words.Overlaps(types))
                return true;

            // A name may be qualified from any namespace that encloses this file's: Core.Routing.EventRouter within Bridge.
            return Enclosing().Where(outer => space.StartsWith($"{outer}.", StringComparison.Ordinal))
                .Select(outer => space[(outer.Length + 1)..]).Append(space)
                .Any(relative => QualifiedNames.Any(name => IsTypeOf(name, relative, types)));
        }

        private static bool IsTypeOf(string name, string space, HashSet<string> types) =>
            name.StartsWith($"{space}.", StringComparison.Ordinal) && types.Contains(name[(space.Length + 1)..].Split('.')[0]);

        private IEnumerable<string> Enclosing()
        {
            for (var end = Namespace.Length; end > 0; end = Namespace.LastIndexOf('.', end - 1))
                yield return Namespace[..end];
        }
    }
}
