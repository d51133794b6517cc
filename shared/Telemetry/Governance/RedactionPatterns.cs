namespace Telemetry.Governance;

/// <summary>Kinds of text that are recognised by their shape.</summary>
[Flags]
public enum RedactionPatterns
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Payment card numbers: 13 to 19 digits of an issuer's range that pass the Luhn check, in one piece or in groups.</summary>
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
