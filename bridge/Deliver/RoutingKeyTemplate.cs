using System.Text;

namespace Bridge.Deliver;

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
    /// <exception cref="FormatException">A brace is unbalanced or empty.</exception>
    public static RoutingKeyTemplate Parse(string text)
    {
        var template = new RoutingKeyTemplate();
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var open = rest.IndexOf('{');
            var literal = open < 0 ? rest : rest[..open];
            var close = open < 0 ? -1 : rest.IndexOf('}');
            if (literal.Contains('}') || (open >= 0 && close < open + 2))
                throw new FormatException($"'{text}' has an unbalanced or empty brace: write members as {{name}}");
            template.Add(literal.ToString(), open < 0 ? null : rest[(open + 1)..close].ToString());
            rest = open < 0 ? [] : rest[(close + 1)..];
        }

        return template;
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
