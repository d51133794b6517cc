using System.Text;

namespace Bridge.Core.Routing;

/// <summary>
/// Makes an event's routing key: literal text and top-level members in braces, such as <c>{style}.{service}.{level}</c>.
/// </summary>
/// <remarks>
/// A missing or empty member counts as <c>unknown</c>. Dots, white space, <c>*</c> and <c>#</c> in a value become hyphens, so
/// that every event has as many words as the template and a binding matches what it says.
/// </remarks>
internal sealed class RoutingKeyTemplate
{
    private const string Missing = "unknown";
    private const int Longest = 255;

    private readonly List<(string Literal, int Member)> _parts = [];
    private readonly List<string> _members = [];

    private RoutingKeyTemplate()
    {
    }

    /// <summary>Names of the members that the template uses.</summary>
    public IReadOnlyList<string> Members => _members;

    /// <summary>Reads a template.</summary>
    /// <exception cref="FormatException">It has a <see cref="Problem"/>.</exception>
    public static RoutingKeyTemplate Parse(string text) => TryParse(text, out var template) is { } problem
        ? throw new FormatException($"'{text}' {problem}: write members as {{name}}")
        : template;

    /// <summary>What is wrong with a template, as the end of a sentence about it; null when nothing is wrong.</summary>
    public static string? Problem(string text) => TryParse(text, out _);

    private static string? TryParse(string text, out RoutingKeyTemplate template)
    {
        template = new RoutingKeyTemplate();
        if (string.IsNullOrWhiteSpace(text))
            return "is empty";
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            var open = rest.IndexOf('{');
            var literal = open < 0 ? rest : rest[..open];
            var length = open < 0 ? 0 : rest[(open + 1)..].IndexOf('}');
            if (literal.Contains('}') || length < 0)
                return "has a brace without its counterpart";
            var member = open < 0 ? null : rest.Slice(open + 1, length).ToString();
            if (member is not null
                && (member.Length == 0 || member.Contains('{', StringComparison.Ordinal) || member.Trim().Length < member.Length))
            {
                return "has a brace that is empty, in another one, or padded with white space";
            }

            template.Add(literal.ToString(), member);
            rest = open < 0 ? [] : rest[(open + length + 2)..];
        }

        return null;
    }

    /// <summary>The key of an event.</summary>
    /// <param name="values">The values of <see cref="Members"/>, in their order.</param>
    /// <returns>At most 255 bytes; what is longer is cut.</returns>
    public string Render(IReadOnlyList<string?> values)
    {
        var key = new StringBuilder();
        foreach (var (literal, member) in _parts)
        {
            key.Append(literal);
            if (member >= 0)
                AppendValue(key, values[member]);
        }

        return Cut(key.ToString());
    }

    private void Add(string literal, string? member)
    {
        if (member is not null && !_members.Contains(member, StringComparer.Ordinal))
            _members.Add(member);
        _parts.Add((literal, member is null ? -1 : _members.IndexOf(member)));
    }

    private static void AppendValue(StringBuilder key, string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
            value = Missing;
        foreach (var c in value)
        {
            // What is cut off anyway: a value may have megabytes.
            if (key.Length > Longest)
                return;
            key.Append(c is '.' or '*' or '#' || char.IsWhiteSpace(c) || char.IsControl(c) ? '-' : c);
        }
    }

    private static string Cut(string key)
    {
        int bytes = 0, length = 0;
        foreach (var rune in key.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > Longest)
                return key[..length];
            length += rune.Utf16SequenceLength;
        }

        return key;
    }
}
