using Telemetry.Lambda;
using Orders.Http;

namespace Functions.Aws;

/// <summary>Connects a function that is independent of the cloud with an HTTP API.</summary>
internal static class HttpFunction
{
    internal static LambdaHandler Handler(Func<FunctionRequest, CancellationToken, Task<FunctionResponse>> function) =>
        HttpApi.Handler(async (request, cancellationToken) =>
        {
            var call = new FunctionRequest(request.ReadBody(), request.TraceParent) { TraceState = request.Header("tracestate") };
            var response = await function(call, cancellationToken);
            var answer = HttpApiResponse.Of(response.Status, FunctionResponse.ContentType, response.Body.Span);
            return response.Headers().Aggregate(answer, (all, header) => all.With(header.Name, header.Value));
        });
}
