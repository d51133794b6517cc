using Amazon.Lambda.Core;
using Amazon.Lambda.RuntimeSupport;
using Functions.Aws;
using Telemetry;
using Telemetry.Lambda;

// The setting Handler must name this assembly, so a variable names the function.
TelemetryQueue.Prepare();
var handler = OrderHandlers.Create(Environment.GetEnvironmentVariable("ORDER_FUNCTION"), TimeProvider.System);
Func<Stream, ILambdaContext, Task<Stream>> function = (payload, context) => ManagedRuntime.AnswerThenFlushAsync(
    context.AwsRequestId,
    context.RemainingTime,
    () => ManagedRuntime.InvokeAsync(handler, payload, context.AwsRequestId, context.RemainingTime));
using var bootstrap = LambdaBootstrapBuilder.Create(function).Build();
await bootstrap.RunAsync();
