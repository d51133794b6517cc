using System.Text;

namespace Bridge.Core.Routing;

/// <summary>
/// Creates routing keys from a template of literal text and top-level members in braces, such as
/// <c>{style}.{service}.{level}</c>.
/// </summary>
/// <remarks>
/// A missing or empty member becomes <c>unknown</c>. Dots, white space, <c>*</c> and <c>#</c> in a value become hyphens, so that
/// every key has as many words as the template, and bindings can rely on the position of a word.
/// </remarks>
internal sealed class RoutingKeyTemplate
{
    private const string Missing = "unknown";
    private const int MaxBytes = 255;

    private readonly List<(string Literal, int Member)> _parts = [];
    private readonly List<string> _members = [];

    private RoutingKeyTemplate()
    {
    }

    /// <summary>Names of the members that the template uses.</summary>
    public IReadOnlyList<string> Members => _members;

    /// <summary>Parses a template.</summary>
    /// <exception cref="FormatException">It has a <see cref="Problem"/>.</exception>
    public static RoutingKeyTemplate Parse(string text) => TryParse(text, out var template) is { } problem
        ? throw new FormatException($"'{text}' {problem}: write members as {{name}}")
        : template;

    /// <summary>Returns the error of a template, as the end of a sentence about it; null when it is valid.</summary>
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

    /// <summary>Creates the key of an event.</summary>
    /// <param name="values">The values of <see cref="Members"/>, in their order.</param>
    /// <returns>The key, cut after 255 bytes.</returns>
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
            // The rest is cut anyway, and a value may have megabytes.
            if (key.Length > MaxBytes)
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
            if (bytes > MaxBytes)
                return key[..length];
            length += rune.Utf16SequenceLength;
        }

        return key;
    }
}
