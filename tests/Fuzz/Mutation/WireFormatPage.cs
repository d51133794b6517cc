using System.Text;

namespace Fuzz.Mutation;

/// <summary>The test vectors of docs/wire-format.md, as far as they are messages.</summary>
internal static class WireFormatPage
{
    private const string Start = "```vector";
    private const string Message = "message: ";

    /// <summary>The texts of each vector's messages.</summary>
    internal static IReadOnlyList<IReadOnlyList<byte[]>> Vectors { get; } = Read();

    private static List<IReadOnlyList<byte[]>> Read()
    {
        using var page = typeof(WireFormatPage).Assembly.GetManifestResourceStream("wire-format.md")!;
        using var reader = new StreamReader(page, Encoding.UTF8);
        var vectors = new List<IReadOnlyList<byte[]>>();
        List<byte[]> messages = [];
        while (reader.ReadLine() is { } line)
        {
            if (line == Start)
                vectors.Add(messages = []);
            else if (line.StartsWith(Message, StringComparison.Ordinal))
                messages.Add(Encoding.UTF8.GetBytes(line[Message.Length..]));
        }

        return vectors;
    }
}
