using Functions.Aws;
using Telemetry.Lambda;

return await LambdaRuntime.RunAsync(() =>
    OrderFunctions.Create(Environment.GetEnvironmentVariable("_HANDLER"), TimeProvider.System));
