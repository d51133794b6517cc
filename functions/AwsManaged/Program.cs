using Amazon.Lambda.Core;
using Amazon.Lambda.RuntimeSupport;
using Functions.Aws;
using Telemetry;
using Telemetry.Lambda;

// The setting Handler names this assembly, so a variable names the function.
TelemetryQueue.Prepare();
var handler = OrderFunctions.Create(Environment.GetEnvironmentVariable("ORDER_FUNCTION"), TimeProvider.System);
Func<Stream, ILambdaContext, Task<Stream>> function = (payload, context) => ManagedRuntime.AnswerThenFlushAsync(
    context.AwsRequestId,
    context.RemainingTime,
    () => ManagedRuntime.InvokeAsync(handler, payload, context.AwsRequestId, context.RemainingTime));
using var bootstrap = LambdaBootstrapBuilder.Create(function).Build();
await bootstrap.RunAsync();
