using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Auth;

namespace Telemetry.Aws;

/// <summary>
/// Signature Version 4 for what SQS needs: POST to the root, no query. Composes the canonical request;
/// the SDK derives and caches the key, and signs.
/// </summary>
internal sealed class SqsSigner(Uri queue, string region)
{
    private const string Service = "sqs";
    private const string ContentType = "application/x-amz-json-1.0";

    private readonly Uri _root = new(queue.GetLeftPart(UriPartial.Authority) + "/");

    /// <summary>A request that is ready to be sent once, signed for <paramref name="time"/>.</summary>
    public HttpRequestMessage Sign(SqsCall call, ImmutableCredentials credentials, DateTimeOffset time)
    {
        var date = time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var target = "AmazonSQS." + call.Operation;
        var headers = new List<(string Name, string Value)>(5)
        {
            ("content-type", ContentType),
            ("host", _root.Authority),
            ("x-amz-date", date),
        };
        if (credentials.UseToken)
            headers.Add(("x-amz-security-token", credentials.Token));
        headers.Add(("x-amz-target", target));

        var request = new HttpRequestMessage(HttpMethod.Post, _root) { Content = new ReadOnlyMemoryContent(call.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
        foreach (var (name, value) in headers)
        {
            if (name.StartsWith("x-", StringComparison.Ordinal))
                request.Headers.TryAddWithoutValidation(name, value);
        }

        var authorization = Authorize(headers, call.Body.Span, credentials, region, Service, time);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return request;
    }

    /// <summary>The Authorization header's value.</summary>
    /// <param name="headers">The signed headers: lower-case names in ordinal order, values without blanks around them.</param>
    /// <param name="body">The request's body.</param>
    /// <param name="credentials">Whose access key names the signer; the session token must be among the headers.</param>
    /// <param name="region">Scope of the signature.</param>
    /// <param name="service">Scope of the signature.</param>
    /// <param name="time">The time in <c>x-amz-date</c>.</param>
    internal static string Authorize(
        IReadOnlyList<(string Name, string Value)> headers,
        ReadOnlySpan<byte> body,
        ImmutableCredentials credentials,
        string region,
        string service,
        DateTimeOffset time)
    {
        var signedHeaders = string.Join(';', headers.Select(header => header.Name));
        var canonical = new StringBuilder("POST\n/\n\n", 512);
        foreach (var (name, value) in headers)
            canonical.Append(name).Append(':').Append(value).Append('\n');
        canonical.Append('\n').Append(signedHeaders).Append('\n').Append(Convert.ToHexStringLower(SHA256.HashData(body)));

        return AWS4Signer.ComputeSignature(
            credentials.AccessKey,
            credentials.SecretKey,
            region,
            time.UtcDateTime,
            service,
            signedHeaders,
            canonical.ToString()).ForAuthorizationHeader;
    }
}
