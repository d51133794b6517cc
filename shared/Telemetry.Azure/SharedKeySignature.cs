using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;

namespace Telemetry.Azure;

/// <summary>The Shared Key scheme of the Queue service: HMAC-SHA256 over a canonical form of the request.</summary>
internal sealed class SharedKeySignature(string account, byte[] key)
{
    // In the order of the string to sign; Content-Length, which the transport adds, is computed in its place.
    private static readonly string[] SignedHeaders =
    [
        "Content-Encoding", "Content-Language", "Content-Length", "Content-MD5", "Content-Type", "Date",
        "If-Modified-Since", "If-Match", "If-None-Match", "If-Unmodified-Since", "Range",
    ];

    /// <summary>The value of the request's Authorization header.</summary>
    public string AuthorizationOf(Request request)
    {
        var mac = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(StringToSign(request)));
        return $"SharedKey {account}:{Convert.ToBase64String(mac)}";
    }

    /// <summary>Method, standard headers, x-ms- headers and resource, each in the service's canonical form.</summary>
    internal string StringToSign(Request request)
    {
        var text = new StringBuilder(512).Append(request.Method.Method).Append('\n');
        foreach (var name in SignedHeaders)
            text.Append(SignedValue(request, name)).Append('\n');
        AppendServiceHeaders(text, request);
        AppendResource(text, request);
        return text.ToString();
    }

    private static string? SignedValue(Request request, string name)
    {
        if (!string.Equals(name, "Content-Length", StringComparison.Ordinal))
            return request.Headers.TryGetValue(name, out var value) ? value : null;
        return request.Content?.TryComputeLength(out var length) is true && length > 0
            ? length.ToString(CultureInfo.InvariantCulture)
            : null;
    }

    private static void AppendServiceHeaders(StringBuilder text, Request request)
    {
        var headers = new SortedList<string, string>(StringComparer.Ordinal);
        foreach (var header in request.Headers)
        {
            if (header.Name.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase))
                headers[header.Name.ToLowerInvariant()] = header.Value.Trim();
        }

        foreach (var (name, value) in headers)
            text.Append(name).Append(':').Append(value).Append('\n');
    }

    // The path as it is sent, then each parameter decoded and by name; none of this client's requests repeats one.
    private void AppendResource(StringBuilder text, Request request)
    {
        text.Append('/').Append(account).Append(request.Uri.ToUri().AbsolutePath);
        var parameters = new SortedList<string, string>(StringComparer.Ordinal);
        foreach (var parameter in request.Uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = parameter.Split('=', 2) is [var first, var second] ? (first, second) : (parameter, "");
            parameters[Uri.UnescapeDataString(name).ToLowerInvariant()] = Uri.UnescapeDataString(value);
        }

        foreach (var (name, value) in parameters)
            text.Append('\n').Append(name).Append(':').Append(value);
    }
}
