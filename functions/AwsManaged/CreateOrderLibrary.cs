using Amazon.Lambda.Core;
using Functions.Aws;
using Orders;
using Telemetry.Lambda;

namespace Functions.AwsManaged;

/// <summary>
/// <c>CreateOrder</c> as a class library, with the setting Handler
/// <c>Functions.AwsManaged::Functions.AwsManaged.CreateOrderLibrary::HandleAsync</c>. The caller waits for the flush.
/// </summary>
public sealed class CreateOrderLibrary
{
    private readonly LambdaHandler _handler = HttpFunction.Handler(new CreateOrder(TimeProvider.System).InvokeAsync);

    /// <summary>Answers an HTTP request.</summary>
    public Task<Stream> HandleAsync(Stream payload, ILambdaContext context) => ManagedRuntime.FlushThenAnswerAsync(
        context.AwsRequestId,
        context.RemainingTime,
        () => ManagedRuntime.InvokeAsync(_handler, payload, context.AwsRequestId, context.RemainingTime));
}
