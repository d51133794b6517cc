using System.Text;

namespace Fuzz.Mutation;

/// <summary>Changes Base64 where a decoder decides: alphabet, padding, white space, stray bits, length.</summary>
internal static class Base64Mutator
{
    private static readonly byte[][] Pieces =
    [
        .. new[] { "=", "==", "===", " ", "\n", "\r\n", "\t", "\v", "\0", "-", "_", "é", "{", "A", "/", "\ufeff" }
            .Select(Encoding.UTF8.GetBytes),
    ];

    internal static byte[] Mutate(byte[] text, Random random)
    {
        if (text.Length == 0)
            return Pieces[random.Next(Pieces.Length)];
        var piece = Pieces[random.Next(Pieces.Length)];
        var at = random.Next(3) switch { 0 => 0, 1 => text.Length, _ => random.Next(text.Length) };
        switch (random.Next(6))
        {
            case 0 or 1:
                return [.. text[..at], .. piece, .. text[at..]];
            case 2:
                return text[..^Math.Min(text.Length, random.Next(1, 5))];
            case 3:
                // The last character before the padding holds the bits that must be zero.
                var last = Math.Max(0, text.AsSpan().TrimEnd((byte)'=').Length - 1);
                byte[] stray = [.. text];
                stray[last]++;
                return stray;
            case 4:
                return [.. text, .. text];
            default:
                return ByteMutator.Mutate(text, piece, random);
        }
    }
}
