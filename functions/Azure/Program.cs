using Functions.Azure;
using Functions.Azure.Hosting;
using Microsoft.AspNetCore.Http;
using Orders;

var createOrder = new CreateOrder(TimeProvider.System);

var app = CustomHandler.Create();
app.MapFunction(HttpMethods.Post, "/api/orders", createOrder.InvokeAsync);
await app.RunAsync();
