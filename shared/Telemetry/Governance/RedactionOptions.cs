namespace Telemetry.Governance;

/// <summary>Which secrets are replaced in every event before it leaves the process.</summary>
public sealed record RedactionOptions
{
    /// <summary>
    /// Names that usually hold secrets. A name matches when it ends with one of these as a separate word, whatever the case of
    /// its letters: <c>password</c> matches <c>db.password</c>, <c>user_password</c> and <c>userPassword</c>.
    /// </summary>
    public static IReadOnlyList<string> DefaultNames { get; } =
    [
        "password", "passwd", "pwd", "passphrase", "secret", "token", "apikey", "api_key", "api-key", "authorization", "cookie",
        "credential", "credentials", "connectionstring", "connection_string", "accountkey", "accesskey", "access_key",
        "secretaccesskey", "sharedaccesskey", "sharedaccesssignature", "privatekey", "private_key", "sig",
        "cardnumber", "card_number", "creditcard", "credit_card", "cvv", "cvc",
    ];

    /// <summary>The default: all patterns, and the <see cref="DefaultNames"/>.</summary>
    public static RedactionOptions Default { get; } = new();

    /// <summary>Nothing is replaced: every event leaves the process as it is.</summary>
    public static RedactionOptions None { get; } = new() { Patterns = RedactionPatterns.None, Names = [] };

    /// <summary>Which patterns are looked for in every text, and in every name. Environment: <c>TELEMETRY_REDACT</c>.</summary>
    public RedactionPatterns Patterns { get; init; } = RedactionPatterns.All;

    /// <summary>
    /// Members whose value becomes <c>[redacted]</c>, at any depth, and keys whose value does in texts such as
    /// <c>password=...</c>. Environment: <c>TELEMETRY_REDACT_NAMES</c>, which adds to the <see cref="DefaultNames"/>.
    /// </summary>
    public IReadOnlyList<string> Names { get; init; } = DefaultNames;

    /// <summary>Reads what the two environment variables say.</summary>
    /// <param name="patterns"><c>all</c>, <c>none</c>, or some of <c>cards,tokens,emails</c>; empty means all.</param>
    /// <param name="names">Names separated by commas; empty adds none.</param>
    /// <exception cref="FormatException">A pattern is unknown.</exception>
    public static RedactionOptions Parse(string? patterns, string? names) => new()
    {
        Patterns = ParsePatterns(patterns),
        Names = [.. DefaultNames, .. Split(names)],
    };

    private static RedactionPatterns ParsePatterns(string? text)
    {
        var found = RedactionPatterns.None;
        if (string.IsNullOrWhiteSpace(text))
            return RedactionPatterns.All;
        foreach (var part in Split(text))
        {
            found |= part.ToLowerInvariant() switch
            {
                "all" => RedactionPatterns.All,
                "none" => RedactionPatterns.None,
                "cards" => RedactionPatterns.CardNumbers,
                "tokens" => RedactionPatterns.Tokens,
                "emails" => RedactionPatterns.EmailAddresses,
                _ => throw new FormatException($"'{part}' is no pattern: give all, none, or some of cards,tokens,emails"),
            };
        }

        return found;
    }

    private static string[] Split(string? text) =>
        text?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}

/// <summary>Kinds of text that are recognised by their shape.</summary>
[Flags]
public enum RedactionPatterns
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>
    /// Payment card numbers: 13 to 19 digits of an issuer's range that pass the Luhn check, in one piece or in groups.
    /// </summary>
    CardNumbers = 1,

    /// <summary>
    /// JSON web tokens, bearer and basic credentials, AWS access keys, keys of well-known services, private keys in PEM,
    /// passwords in addresses, and the values of secret keys in connection strings and the like.
    /// </summary>
    Tokens = 2,

    /// <summary>E-mail addresses.</summary>
    EmailAddresses = 4,

    /// <summary>All of them.</summary>
    All = CardNumbers | Tokens | EmailAddresses,
}
