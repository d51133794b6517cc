using System.Text;
using System.Text.Json.Serialization;

namespace Telemetry.Lambda;

/// <summary>An HTTP request as API Gateway's HTTP APIs and function URLs hand it to Lambda: payload format 2.0.</summary>
public sealed record HttpApiRequest
{
    /// <summary>The path, stage included; not decoded.</summary>
    public string RawPath { get; init; } = "/";

    /// <summary>The text behind the question mark; empty if there is none.</summary>
    public string RawQueryString { get; init; } = "";

    /// <summary>The headers, mostly in lower case; several values of one name are joined by commas.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>API Gateway's data about the request, with the method.</summary>
    public HttpApiContext RequestContext { get; init; } = new();

    /// <summary>The body as text, or in Base64; null where there is none.</summary>
    public string? Body { get; init; }

    /// <summary>Whether <see cref="Body"/> is Base64.</summary>
    public bool IsBase64Encoded { get; init; }

    /// <summary>The HTTP method.</summary>
    [JsonIgnore]
    public string Method => RequestContext.Http.Method;

    /// <summary>
    /// The caller's trace: header <c>traceparent</c>, else the trace that the platform began; null where there is none.
    /// </summary>
    [JsonIgnore]
    public string? TraceParent => Header("traceparent") ?? InvocationTrace;

    /// <summary>A header's value, whatever the case of its name; null where there is none.</summary>
    public string? Header(string name) =>
        Headers.FirstOrDefault(header => string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase)).Value;

    [JsonIgnore]
    internal string? InvocationTrace { get; init; }

    /// <summary>The body's bytes.</summary>
    /// <exception cref="FormatException"><see cref="IsBase64Encoded"/> is true, and the body is no Base64.</exception>
    public byte[] ReadBody() => this switch
    {
        { Body: null } => [],
        { IsBase64Encoded: true } => Convert.FromBase64String(Body),
        _ => Encoding.UTF8.GetBytes(Body),
    };
}

/// <summary>API Gateway's data about a request.</summary>
public sealed record HttpApiContext
{
    /// <summary>The request line.</summary>
    public HttpApiLine Http { get; init; } = new();
}

/// <summary>The request line.</summary>
public sealed record HttpApiLine
{
    /// <summary>The HTTP method.</summary>
    public string Method { get; init; } = "";
}
