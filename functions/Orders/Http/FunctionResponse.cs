using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orders.Model;

namespace Orders.Http;

/// <summary>The answer of an HTTP function, independent of the cloud: a status and a JSON document.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">JSON, UTF-8.</param>
public sealed record FunctionResponse(int Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>The media type of every body.</summary>
    public const string ContentType = "application/json";

    /// <summary>
    /// The seconds after which the caller may try again (header <c>Retry-After</c>); null leaves the header out.
    /// </summary>
    public int? RetryAfter { get; init; }

    /// <summary>
    /// The function's span in W3C's format (header <c>traceresponse</c>). With it, a caller finds the trace.
    /// </summary>
    public string? TraceResponse { get; init; }

    /// <summary>The headers except the content type.</summary>
    public IEnumerable<(string Name, string Value)> Headers()
    {
        if (RetryAfter is { } seconds)
            yield return ("retry-after", $"{seconds}");
        if (TraceResponse is { } trace)
            yield return ("traceresponse", trace);
    }

    /// <summary>A value as JSON.</summary>
    public static FunctionResponse Json<T>(int status, T value, JsonTypeInfo<T> type) =>
        new(status, JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <summary>The problem in one sentence: <c>{"error":"..."}</c>.</summary>
    public static FunctionResponse Problem(int status, string error) =>
        Json(status, new Problem(error), OrdersJson.Default.Problem);
}
