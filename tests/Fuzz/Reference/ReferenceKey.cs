using System.Text;

namespace Fuzz.Reference;

/// <summary>
/// The routing key <c>{style}.{service}.{level}</c> of an event, made of its members one character after the other.
/// </summary>
internal static class ReferenceKey
{
    private const int Longest = 255;

    internal static string Of(IReadOnlyDictionary<string, string?> members)
    {
        var key = string.Join('.', new[] { "style", "service", "level" }.Select(name => Word(members.GetValueOrDefault(name))));
        while (Encoding.UTF8.GetByteCount(key) > Longest)
            key = key[..^(char.IsLowSurrogate(key[^1]) ? 2 : 1)];
        return key;
    }

    private static string Word(string? value) => string.IsNullOrWhiteSpace(value)
        ? "unknown"
        : string.Concat(
            value.Take(2 * Longest).Select(c => c is '.' or '*' or '#' || char.IsWhiteSpace(c) || char.IsControl(c) ? '-' : c));
}
