using System.Text;

namespace Fuzz.Mutation;

/// <summary>Makes events and lines of events, and changes them where a reader of JSON decides.</summary>
internal static class JsonMutator
{
    private static readonly byte[][] Fragments =
    [
        .. new[]
        {
            "{", "}", "[", "]", "\"", ",", ":", "\\", "\n", "\n\n", "\r\n", "\0", " ", "{}", "{}\n", "null", "true",
            "-", "1e999", "0.1", "1e-9", "//", "/*",
            "\\u0000", "\\ud800", "\\udc00", "\\ud83d\\udc0e", "\\u00", "\\x", "\ufeff", "\u2028", "\u0085", "🐎", "ž",
            "\"service\":", "\"level\":\"a.b\"", "\"style\":null", "\"traceparent\":\"00-1-2-01\"", "\"service\":\"\\n#*. \"",
            "\"service\":{\"service\":\"inner\"}", "\"\\u0073tyle\":\"escaped\"",
            "\"level\":[1,2,{\"level\":3}]", "\"style\":true,\"style\":12.50",
            "\"service\":\"\\ud800\"", "\"\\ud800ervice\":1,", "\"level\":null,", "\"service\":\"a\",\"service\":null,",
            "\"style\":[],",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x90],
    ];

    private static readonly string[] Members = ["style", "service", "level", "traceparent", "message", "name"];

    /// <summary>Lines of some events, each with its line feed.</summary>
    internal static byte[] Lines(Random random)
    {
        var lines = new StringBuilder();
        for (var events = 1 + (random.Next(8) == 0 ? random.Next(200) : random.Next(5)); events > 0; events--)
            AppendEvent(lines, random).Append('\n');
        return Encoding.UTF8.GetBytes(lines.ToString());
    }

    /// <summary>Changes lines in one place or several.</summary>
    internal static byte[] Mutate(ReadOnlySpan<byte> lines, ReadOnlySpan<byte> other, Random random)
    {
        var bytes = lines.ToArray();
        for (var changes = 1 + random.Next(3); changes > 0; changes--)
            bytes = random.Next(4) == 0 ? ByteMutator.Mutate(bytes, other, random) : Insert(bytes, New(random), random);
        return bytes;
    }

    private static StringBuilder AppendEvent(StringBuilder text, Random random)
    {
        text.Append('{');
        var members = random.Next(1, Members.Length + 1);
        for (var member = 0; member < members; member++)
        {
            text.Append(member == 0 ? "\"" : ",\"").Append(Members[random.Next(Members.Length)]).Append("\":")
                .Append(Value(random));
        }

        return text.Append('}');
    }

    private static string Value(Random random) => random.Next(8) switch
    {
        0 => "null",
        1 => random.Next().ToString(),
        2 => "[{\"style\":1},[]]",
        3 => "true",
        _ => $"\"{random.GetString("abcdefghij.* #", random.Next(24))}\"",
    };

    private static byte[] New(Random random) => random.Next(400) switch
    {
        0 => Long(1 << random.Next(8, 17)),
        < 4 => Nested(random.Next(2) == 0 ? "["u8 : "{\"a\":"u8, random.Next(500, 530)),
        _ => Fragments[random.Next(Fragments.Length)],
    };

    // What takes time or memory by the square of its length shows on these.
    private static byte[] Long(int length) => [.. "{\"service\":\""u8, .. Enumerable.Repeat((byte)'s', length), .. "\"}\n"u8];

    private static byte[] Nested(ReadOnlySpan<byte> open, int depth)
    {
        var nested = new List<byte>("{\"a\":"u8.ToArray());
        for (var level = 0; level < depth; level++)
            nested.AddRange(open);
        nested.Add((byte)'1');
        for (var level = 0; level < depth; level++)
            nested.Add((byte)(open[0] + 2));
        return [.. nested, .. "}\n"u8];
    }

    private static byte[] Insert(byte[] bytes, byte[] piece, Random random)
    {
        // Long ones stand on a line of their own, or they would only be a part of something broken.
        var at = random.Next(bytes.Length + 1);
        if (piece.Length > 100)
            at = bytes.AsSpan(0, at).LastIndexOf((byte)'\n') + 1;
        var replaced = random.Next(3) == 0 && piece.Length <= 100 ? Math.Min(piece.Length, bytes.Length - at) : 0;
        return [.. bytes[..at], .. piece, .. bytes[(at + replaced)..]];
    }
}
