using System.Diagnostics.CodeAnalysis;
using static System.FormattableString;

namespace Telemetry.Azure;

/// <summary>
/// What a storage connection string authorises with: an account key or a shared access signature. Endpoints in it are
/// not used, because the queue's own address names account and queue. Errors and text never show what is in it.
/// </summary>
internal sealed class StorageConnectionString
{
    // The emulator's account, the same on every machine and published in its documentation: no secret.
    private const string DevelopmentAccount = "devstoreaccount1";
    private const string DevelopmentKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private StorageConnectionString(string? accountName, byte[]? key, string? sharedAccessSignature)
    {
        AccountName = accountName;
        Key = key;
        SharedAccessSignature = sharedAccessSignature;
    }

    /// <summary>The account; present with <see cref="Key"/>.</summary>
    public string? AccountName { get; }

    /// <summary>The account's key; null with a shared access signature.</summary>
    public byte[]? Key { get; }

    /// <summary>The signature's query without its question mark; null with a key.</summary>
    public string? SharedAccessSignature { get; }

    /// <summary>Reads a connection string.</summary>
    /// <param name="text">Pairs <c>name=value</c>, separated by semicolons.</param>
    /// <param name="connection">The parts, when the result is true.</param>
    /// <param name="error">What is wrong and what to do, when the result is false.</param>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out StorageConnectionString? connection,
        [NotNullWhen(false)] out string? error)
    {
        connection = null;
        if (!TryParsePairs(text, out var pairs, out error) || !CheckEndpoints(pairs, out error))
            return false;
        if (pairs.TryGetValue("UseDevelopmentStorage", out var development) && bool.TryParse(development, out var use) && use)
        {
            connection = new StorageConnectionString(DevelopmentAccount, Convert.FromBase64String(DevelopmentKey), null);
            return true;
        }

        return pairs.ContainsKey("AccountKey")
            ? TryParseKey(pairs, out connection, out error)
            : TryParseSignature(pairs, out connection, out error);
    }

    private static bool TryParsePairs(string text, out Dictionary<string, string> pairs, [NotNullWhen(false)] out string? error)
    {
        pairs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var parts = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            var equals = parts[i].IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || !pairs.TryAdd(parts[i][..equals], parts[i][(equals + 1)..]))
            {
                error = Invariant($"part {i + 1} of the storage connection string is no new name=value pair:")
                    + " copy the whole string from the account's access keys, its parts separated by semicolons";
                return false;
            }
        }

        error = null;
        return true;
    }

    private static bool CheckEndpoints(Dictionary<string, string> pairs, [NotNullWhen(false)] out string? error)
    {
        var protocol = pairs.GetValueOrDefault("DefaultEndpointsProtocol", "https").ToLowerInvariant();
        error = null;
        if (protocol is not ("http" or "https"))
            error = "DefaultEndpointsProtocol in the storage connection string must be http or https";
        else if (pairs.TryGetValue("QueueEndpoint", out var endpoint) && !Uri.TryCreate(endpoint, UriKind.Absolute, out _))
            error = "QueueEndpoint in the storage connection string is no absolute address";
        return error is null;
    }

    private static bool TryParseKey(
        Dictionary<string, string> pairs,
        [NotNullWhen(true)] out StorageConnectionString? connection,
        [NotNullWhen(false)] out string? error)
    {
        connection = null;
        if (!pairs.TryGetValue("AccountName", out var account) || account.Length == 0)
        {
            error = "the storage connection string has an AccountKey but no AccountName: add AccountName=ACCOUNT";
            return false;
        }

        var key = new byte[pairs["AccountKey"].Length];
        if (!Convert.TryFromBase64String(pairs["AccountKey"], key, out var length) || length == 0)
        {
            error = $"the AccountKey of account '{account}' in the storage connection string is no Base64:"
                + " copy it again from the account's access keys";
            return false;
        }

        connection = new StorageConnectionString(account, key[..length], null);
        error = null;
        return true;
    }

    private static bool TryParseSignature(
        Dictionary<string, string> pairs,
        [NotNullWhen(true)] out StorageConnectionString? connection,
        [NotNullWhen(false)] out string? error)
    {
        connection = null;
        if (!pairs.TryGetValue("SharedAccessSignature", out var signature))
        {
            error = "the storage connection string has neither AccountName and AccountKey nor SharedAccessSignature"
                + " nor UseDevelopmentStorage=true";
            return false;
        }

        signature = signature.TrimStart('?');
        if (!signature.Contains("sig=", StringComparison.Ordinal))
        {
            error = "the SharedAccessSignature in the storage connection string holds no sig=: copy the whole token";
            return false;
        }

        connection = new StorageConnectionString(null, null, signature);
        error = null;
        return true;
    }
}
