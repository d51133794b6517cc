using System.Security.Cryptography;
using System.Text;

namespace Fuzz.Runs;

/// <summary>One input in a file: a few lines of text, so that a difference can be read.</summary>
/// <remarks>
/// <code>
/// # why it is kept
/// target: batch
/// outcome: Malformed
/// input: Base64 of a part; one line for each
/// </code>
/// </remarks>
/// <param name="Target">The target's name.</param>
/// <param name="Outcomes">What must come of it; null where it is a failure and nobody knows yet.</param>
/// <param name="Input">The input.</param>
/// <param name="Comment">Why it is kept, in one line.</param>
internal sealed record CorpusFile(string Target, Outcomes? Outcomes, FuzzInput Input, string Comment)
{
    /// <summary>A name by what is in it.</summary>
    internal string FileName
    {
        get
        {
            var hash = SHA256.HashData([.. Input.Parts.SelectMany(part => part.Append((byte)part.Length))]);
            var outcome = Outcomes?.ToString().Replace(", ", "-", StringComparison.Ordinal).ToLowerInvariant() ?? "failure";
            return $"{Target}-{outcome}-{Convert.ToHexStringLower(hash)[..8]}.txt";
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    internal static CorpusFile Read(string path)
    {
        var lines = File.ReadAllLines(path);
        var parts = lines.Where(line => !line.StartsWith('#')).Select(line => line.Split(": ", 2))
            .ToLookup(pair => pair[0].TrimEnd(':'), pair => pair.ElementAtOrDefault(1) ?? "");
        if (parts["target"].FirstOrDefault() is not { } target || !parts["input"].Any())
            throw new FormatException($"{path} is no input of the fuzzer: it has no 'target: NAME' or no 'input: BASE64'");
        var outcomes = parts["outcome"].FirstOrDefault();
        return new CorpusFile(
            target,
            outcomes is null ? null : Enum.Parse<Outcomes>(outcomes),
            new FuzzInput([.. parts["input"].Select(Convert.FromBase64String)]),
            lines.FirstOrDefault(line => line.StartsWith('#'))?.TrimStart('#', ' ') ?? "");
    }

    /// <summary>Writes it into a folder.</summary>
    /// <returns>The file's path.</returns>
    internal string Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var text = new StringBuilder($"# {Comment.ReplaceLineEndings(" ")}\ntarget: {Target}\n");
        if (Outcomes is { } outcomes)
            text.Append("outcome: ").Append(outcomes).Append('\n');
        foreach (var part in Input.Parts)
            text.Append("input: ").Append(Convert.ToBase64String(part)).Append('\n');
        var path = Path.Combine(folder, FileName);
        File.WriteAllText(path, text.ToString());
        return path;
    }
}
