using Telemetry.Lambda;
using HostFigures;

return await LambdaRuntime.RunAsync(() => HttpApi.Handler((request, _) =>
    Task.FromResult(HttpApiResponse.Of(200, "application/json", Quote.Answer(request.ReadBody())))));
