using System.Text;
using System.Text.Unicode;

namespace Telemetry.Lambda;

/// <summary>The answer to an HTTP request: payload format 2.0.</summary>
/// <param name="StatusCode">The HTTP status.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body as text, or in Base64.</param>
/// <param name="IsBase64Encoded">Whether <paramref name="Body"/> is Base64.</param>
public sealed record HttpApiResponse(
    int StatusCode, IReadOnlyDictionary<string, string> Headers, string Body, bool IsBase64Encoded)
{
    /// <summary>An answer with a body. UTF-8 text is sent as it is, anything else in Base64.</summary>
    public static HttpApiResponse Of(int statusCode, string contentType, ReadOnlySpan<byte> body)
    {
        var isText = Utf8.IsValid(body);
        return new HttpApiResponse(
            statusCode,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["content-type"] = contentType },
            isText ? Encoding.UTF8.GetString(body) : Convert.ToBase64String(body),
            IsBase64Encoded: !isText);
    }

    /// <summary>The same answer with one more header.</summary>
    public HttpApiResponse With(string name, string value) =>
        this with { Headers = new Dictionary<string, string>(Headers, StringComparer.Ordinal) { [name] = value } };
}
