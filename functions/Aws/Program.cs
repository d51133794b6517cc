using Functions.Aws;
using Functions.Aws.Hosting;
using Orders;

return await LambdaRuntime.RunAsync(() =>
{
    var createOrder = new CreateOrder(TimeProvider.System);
    return HttpFunction.Handler(createOrder.InvokeAsync);
});
