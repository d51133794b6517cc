using System.CommandLine;
using System.CommandLine.Parsing;
using Bridge.Tools;

namespace Bridge.Commands;

/// <summary>Reports the errors of a command line.</summary>
internal static class UsageErrors
{
    private const int MaxWordLength = 40;

    /// <summary>Writes one line for each error, and how to get help.</summary>
    /// <returns>The exit code.</returns>
    public static int Report(ParseResult parsed)
    {
        foreach (var message in parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal))
            Console.Error.WriteLine($"error: {CommandErrors.OneLine(Mask(message, parsed.Tokens))}");
        Console.Error.WriteLine($"try '{Path(parsed.CommandResult)} --help'");
        return ExitCodes.Usage;
    }

    private static string Path(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{Path(parent)} {command.Command.Name}" : "bridge";

    // The parser's messages quote arguments. After a mistyped option an argument may be a key or a connection string.
    private static string Mask(string message, IEnumerable<Token> tokens) =>
        tokens.Select(token => token.Value).Where(MayBeSecret)
            .OrderByDescending(value => value.Length)
            .Aggregate(message, (text, value) => text.Replace(value, Masked(value), StringComparison.Ordinal));

    private static bool MayBeSecret(string value) => value.Length > MaxWordLength || value.AsSpan().ContainsAny(":=;");

    private static string Masked(string value)
    {
        var name = value.IndexOf('=', StringComparison.Ordinal);
        return value.StartsWith('-') && name > 0 ? $"{value[..name]}=***" : "***";
    }
}
