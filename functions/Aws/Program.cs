using Functions.Aws;
using Telemetry.Lambda;

return await LambdaRuntime.RunAsync(() =>
    OrderHandlers.Create(Environment.GetEnvironmentVariable("_HANDLER"), TimeProvider.System));
