using System.Buffers.Text;
using System.Text;

namespace Bridge.Core.Processing.Encryption;

/// <summary>
/// The keys of encrypted events, by version: the section <c>Bridge:EventKeys</c>. Each reads <c>fernet:BASE64URL</c> or
/// <c>aes-256-gcm:BASE64</c>, 32 bytes. No error holds a part of a key.
/// </summary>
internal static class EventKeyOptions
{
    /// <summary>The configuration section that these are bound from.</summary>
    public const string Section = "Bridge:EventKeys";

    private const int LongestVersion = 255;
    private const int LettersOfKey = 44;

    private const string Remedy = "write fernet:BASE64URL, or aes-256-gcm:BASE64 with what `openssl rand -base64 32` prints";

    /// <summary>Everything that is wrong, one line each.</summary>
    public static IEnumerable<string> Validate(IReadOnlyDictionary<string, string> keys)
    {
        foreach (var (version, key) in keys)
        {
            if (Read(version, key, out var problem) is null)
                yield return $"{Section}:{version}: {problem}";
        }
    }

    /// <summary>The keys; they are valid.</summary>
    public static EventOpener CreateOpener(IReadOnlyDictionary<string, string> keys) =>
        new([.. keys.Select(key => Read(key.Key, key.Value, out var problem) ?? throw new FormatException(problem))]);

    private static EventKey? Read(string version, string? text, out string problem)
    {
        problem = "";
        if (Encoding.UTF8.GetByteCount(version) is < 1 or > LongestVersion)
        {
            problem = $"the key's name must have 1 to {LongestVersion} bytes";
            return null;
        }

        var parts = (text ?? "").Trim().Split(':', 2);
        var secret = parts is [_, var base64] ? Decode(parts[0], base64) : null;
        if (secret is null)
        {
            problem = parts[0] is "fernet" or "aes-256-gcm"
                ? $"what follows '{parts[0]}:' is no Base64 of {EventKey.Size} bytes: {Remedy}"
                : $"the key does not begin with its kind: {Remedy}";
        }

        return secret is null ? null
            : parts[0] is "fernet" ? new FernetKey(version, secret)
            : new AesGcmEventKey(version, secret);
    }

    private static byte[]? Decode(string kind, string base64)
    {
        var secret = new byte[EventKey.Size];
        var isDecoded = base64.Length <= LettersOfKey && kind switch
        {
            "fernet" => Base64Url.TryDecodeFromChars(base64, secret, out var written) && written == EventKey.Size,
            "aes-256-gcm" => Convert.TryFromBase64String(base64, secret, out var written) && written == EventKey.Size,
            _ => false,
        };
        return isDecoded ? secret : null;
    }
}
