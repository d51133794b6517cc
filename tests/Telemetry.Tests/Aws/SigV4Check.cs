using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Telemetry.Tests.Aws;

/// <summary>Computes a request's signature from what arrived and the secret, as the service does; on framework cryptography alone.</summary>
internal static class SigV4Check
{
    public static string Given(FakeSqsRequest request) => Part(request, "Signature=");

    public static string Expected(FakeSqsRequest request, string secret)
    {
        var scope = Part(request, "Credential=").Split('/', 2)[1];
        var signedHeaders = Part(request, "SignedHeaders=");
        var canonical = new StringBuilder($"{request.Method}\n{request.Path}\n\n");
        foreach (var name in signedHeaders.Split(';'))
            canonical.Append($"{name}:{request.Headers[name]}\n");
        canonical.Append($"\n{signedHeaders}\n{Convert.ToHexStringLower(SHA256.HashData(request.Body))}");

        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())));
        var key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), (key, part) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part)));
        var toSign = $"AWS4-HMAC-SHA256\n{request.Headers["X-Amz-Date"]}\n{scope}\n{digest}";
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
    }

    public static DateTimeOffset TimeOf(FakeSqsRequest request) => DateTimeOffset.ParseExact(
        request.Headers["X-Amz-Date"], "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static string Part(FakeSqsRequest request, string name)
    {
        var header = request.Headers["Authorization"];
        var start = header.IndexOf(name, StringComparison.Ordinal) + name.Length;
        var end = header.IndexOf(',', start);
        return end < 0 ? header[start..] : header[start..end];
    }
}
