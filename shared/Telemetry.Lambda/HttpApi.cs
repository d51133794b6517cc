using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Telemetry.Lambda;

/// <summary>Serves a function behind an HTTP API or a function URL.</summary>
public static class HttpApi
{
    // The caller receives only the body in this document, so the document need not be safe in HTML.
    private static readonly HttpApiJson Json = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
    });

    /// <summary>Creates a handler for a function.</summary>
    /// <param name="function">Answers a request; what it throws fails the invocation, which API Gateway answers with 500.</param>
    public static LambdaHandler Handler(Func<HttpApiRequest, CancellationToken, Task<HttpApiResponse>> function) =>
        async (invocation, cancellationToken) =>
        {
            var response = await function(Read(invocation) with { InvocationTrace = invocation.TraceParent }, cancellationToken)
                .ConfigureAwait(false);
            return JsonSerializer.SerializeToUtf8Bytes(response, Json.HttpApiResponse);
        };

    private static HttpApiRequest Read(LambdaInvocation invocation)
    {
        try
        {
            return JsonSerializer.Deserialize(invocation.Payload.Span, Json.HttpApiRequest) ?? throw NoRequest(null);
        }
        catch (JsonException e)
        {
            throw NoRequest(e);
        }
    }

    private static InvalidOperationException NoRequest(JsonException? e) =>
        new($"the event is no HTTP request in payload format 2.0{(e?.Path is { } path ? $" at {path}" : "")}:"
            + " invoke this function by an HTTP API or its URL");
}

[JsonSerializable(typeof(HttpApiRequest))]
[JsonSerializable(typeof(HttpApiResponse))]
internal sealed partial class HttpApiJson : JsonSerializerContext;
