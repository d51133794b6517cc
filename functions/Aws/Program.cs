using Functions.Aws;
using Functions.Aws.Hosting;

return await LambdaRuntime.RunAsync(() =>
    OrderFunctions.Create(Environment.GetEnvironmentVariable("_HANDLER"), TimeProvider.System));
