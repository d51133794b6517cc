using System.Text.RegularExpressions;

namespace Infra.Tests.Layout;

/// <summary>
/// Which namespaces refer to which, read from sources: by a <c>using</c>, by a qualified name, or by a type of an enclosing namespace,
/// which needs neither. Compiled code would not show the use of a constant.
/// </summary>
internal sealed partial class NamespaceGraph
{
    private readonly Dictionary<string, SortedSet<string>> _references;

    /// <param name="sources">The texts of C# files, each with one file-scoped namespace; files without one are left out.</param>
    public NamespaceGraph(IEnumerable<string> sources)
    {
        var files = sources.Select(text => (Namespace: Declaration().Match(text).Groups["name"].Value, Text: text))
            .Where(file => file.Namespace.Length > 0)
            .Select(file => (file.Namespace, Code: Silent().Replace(file.Text, " "))).ToList();
        var types = files.ToLookup(file => file.Namespace, StringComparer.Ordinal).ToDictionary(
            group => group.Key,
            group => group.SelectMany(file => TypeName().Matches(file.Code).Select(match => match.Groups["name"].Value)).ToHashSet(StringComparer.Ordinal),
            StringComparer.Ordinal);
        _references = types.Keys.ToDictionary(name => name, _ => new SortedSet<string>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var (from, code) in files)
            _references[from].UnionWith(types.Where(to => to.Key != from && Refers(code, from, to.Key, to.Value)).Select(to => to.Key));
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

    private static bool Refers(string code, string from, string to, HashSet<string> types)
    {
        if (Uses().Matches(code).Any(use => use.Groups["name"].Value is var name && (name == to || IsTypeOf(name, to, types))))
            return true;
        if (from.StartsWith($"{to}.", StringComparison.Ordinal) && Words().Matches(code).Any(word => types.Contains(word.Value)))
            return true;

        // A name may be qualified from any namespace that encloses this file's: Core.Routing.EventRouter within Bridge.
        var names = Enclosing(from).Where(outer => to.StartsWith($"{outer}.", StringComparison.Ordinal))
            .Select(outer => to[(outer.Length + 1)..]).Append(to);
        return names.Any(name => QualifiedNames().Matches(code).Any(qualified => IsTypeOf(qualified.Value, name, types)));
    }

    private static bool IsTypeOf(string name, string space, HashSet<string> types) =>
        name.StartsWith($"{space}.", StringComparison.Ordinal) && types.Contains(name[(space.Length + 1)..].Split('.')[0]);

    private static IEnumerable<string> Enclosing(string name)
    {
        for (var dot = name.Length; dot > 0; dot = name.LastIndexOf('.', dot - 1))
            yield return name[..dot];
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Declaration();

    // Comments, and what stands in quotes: a text may hold a qualified name, a comment may name what it does not use.
    [GeneratedRegex(@"//.*|""""""[\s\S]*?""""""|""(\\.|[^""\\\n])*""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Silent();

    [GeneratedRegex(@"^(global )?using (static )?(\w+ = )?(?<name>[\w.]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Uses();

    [GeneratedRegex(
        @"^(\w+ )*(class|struct|interface|enum|record|delegate [\w<>?,]+) (class |struct )?(?<name>\w+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        5000)]
    private static partial Regex TypeName();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*", RegexOptions.None, 5000)]
    private static partial Regex Words();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*(\.[A-Z]\w*)+", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex QualifiedNames();
}
