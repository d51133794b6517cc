namespace Fuzz.Runs;

/// <summary>Makes a failing input smaller while it fails in the same way.</summary>
internal sealed class Reduction(InputRunner runner)
{
    // Digests and lengths make most pieces indispensable: more attempts would seldom find more.
    private const int Attempts = 400;

    private int _left = Attempts;

    internal FuzzInput Reduce(FuzzInput input, string problem)
    {
        var kind = KindOf(problem);
        for (var part = input.Parts.Count - 1; part >= 0 && input.Parts.Count > 1; part--)
            input = Try(new FuzzInput([.. input.Parts.Where((_, index) => index != part)]), kind) ?? input;
        for (var part = 0; part < input.Parts.Count; part++)
            input = ReducePart(input, part, kind);
        return input;
    }

    private FuzzInput ReducePart(FuzzInput input, int part, string kind)
    {
        for (var size = input.Parts[part].Length / 2; size > 0; size /= 2)
        {
            for (var at = input.Parts[part].Length - size; at >= 0; at -= size)
            {
                var bytes = input.Parts[part];
                if (at + size > bytes.Length)
                    continue;
                byte[] shorter = [.. bytes[..at], .. bytes[(at + size)..]];
                input = Try(new FuzzInput([.. input.Parts.Select((old, index) => index == part ? shorter : old)]), kind) ?? input;
            }
        }

        return input;
    }

    private FuzzInput? Try(FuzzInput smaller, string kind) =>
        _left-- > 0 && runner.Run(smaller).Problem is { } problem && KindOf(problem) == kind ? smaller : null;

    // Values change with the input.
    private static string KindOf(string problem) => string.Concat(problem.Split('\n')[0].Where(c => !char.IsAsciiDigit(c)));
}
