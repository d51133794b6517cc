using System.Diagnostics.CodeAnalysis;

namespace Telemetry.Queues;

/// <summary>
/// The address of a queue, its kind and its connection string, as <c>TELEMETRY_QUEUE</c> and the related variables give them.
/// </summary>
public sealed record QueueEndpoint
{
    private QueueEndpoint(Uri url, QueueKind kind, string? connection)
    {
        Url = url;
        Kind = kind;
        Connection = connection;
    }

    /// <summary>The queue's address; it never holds user information, a query or a fragment.</summary>
    public Uri Url { get; }

    /// <summary>The cloud that serves it.</summary>
    public QueueKind Kind { get; }

    /// <summary>Azure only: a storage connection string to use instead of an identity. A secret: never shown.</summary>
    public string? Connection { get; }

    /// <summary>The queue's name: the last segment of <see cref="Url"/>.</summary>
    public string Name => Url.AbsolutePath[(Url.AbsolutePath.LastIndexOf('/') + 1)..];

    /// <summary>Reads an endpoint from configuration.</summary>
    /// <param name="url">An absolute http or https address whose last path segment is the queue's name.</param>
    /// <param name="kind"><c>azure</c> or <c>sqs</c>; may be missing where the host name tells.</param>
    /// <param name="connection">Azure only: a storage connection string.</param>
    /// <param name="endpoint">The endpoint, when the result is true.</param>
    /// <param name="error">What is wrong and what to do, when the result is false; it never holds the connection.</param>
    public static bool TryParse(
        string? url,
        string? kind,
        string? connection,
        [NotNullWhen(true)] out QueueEndpoint? endpoint,
        [NotNullWhen(false)] out string? error)
    {
        endpoint = null;
        if (!TryParseUrl(url, out var address, out error)
            || !TryParseKind(kind, address, out var parsedKind, out error))
        {
            return false;
        }

        connection = string.IsNullOrWhiteSpace(connection) ? null : connection;
        if (connection is not null && parsedKind is not QueueKind.Azure)
        {
            error = $"a connection string is set for '{address}', which is an SQS queue: only Azure takes one; remove it";
            return false;
        }

        endpoint = new QueueEndpoint(address, parsedKind, connection);
        return true;
    }

    /// <summary>The address alone: safe to log.</summary>
    public override string ToString() => Url.ToString();

    private static bool TryParseUrl(
        string? text,
        [NotNullWhen(true)] out Uri? url,
        [NotNullWhen(false)] out string? error)
    {
        url = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("https" or "http"))
        {
            error = $"{Shown(text)} is no queue address: give https://ACCOUNT.queue.core.windows.net/QUEUE"
                + " or https://sqs.REGION.amazonaws.com/ACCOUNT/QUEUE";
            return false;
        }

        if (parsed.UserInfo.Length > 0 || parsed.Query.Length > 0 || parsed.Fragment.Length > 0)
        {
            // Whatever stands there may be a secret (a SAS token): it is not repeated.
            error = $"the queue address at '{parsed.Host}' holds user information, a query or a fragment:"
                + " leave only scheme, host and path";
            return false;
        }

        var path = parsed.AbsolutePath;
        if (path.Length < 2 || path.EndsWith('/'))
        {
            error = $"'{text}' names no queue: the last path segment must be the queue's name";
            return false;
        }

        url = parsed;
        error = null;
        return true;
    }

    // The text may be a connection string or an address with credentials by mistake, so only harmless text is repeated.
    private static string Shown(string? text) => text switch
    {
        null or "" => "an empty text",
        _ when text.Length > 256 || text.AsSpan().ContainsAny("=;@?#") => $"a text of {text.Length} characters",
        _ => $"'{text}'",
    };

    private static bool TryParseKind(
        string? text,
        Uri url,
        out QueueKind kind,
        [NotNullWhen(false)] out string? error)
    {
        error = null;
        switch (text?.Trim().ToLowerInvariant())
        {
            case "azure":
                kind = QueueKind.Azure;
                return true;
            case "sqs":
                kind = QueueKind.Sqs;
                return true;
            case null or "":
                break;
            default:
                kind = default;
                error = $"'{text}' is no queue kind: give azure or sqs";
                return false;
        }

        var host = url.Host;
        if (host.Contains(".queue.core.", StringComparison.Ordinal) || host.Contains(".queue.storage.", StringComparison.Ordinal))
        {
            kind = QueueKind.Azure;
            return true;
        }

        if (host.Contains("amazonaws.com", StringComparison.Ordinal) || host.EndsWith(".api.aws", StringComparison.Ordinal))
        {
            kind = QueueKind.Sqs;
            return true;
        }

        kind = default;
        error = $"the host '{host}' does not tell which cloud serves the queue: set the kind to azure or sqs";
        return false;
    }
}

/// <summary>The cloud queues that telemetry travels through.</summary>
public enum QueueKind
{
    /// <summary>Azure Storage Queue.</summary>
    Azure,

    /// <summary>Amazon SQS, standard queue.</summary>
    Sqs,
}
