using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orders;
using Orders.Model;

var builder = FunctionsApplication.CreateBuilder(args);
// This comes before the web application, so that callers have their answer before the flush begins.
builder.UseTelemetryQueue();
builder.ConfigureFunctionsWebApplication();
builder.Services
    .AddSingleton(TimeProvider.System)
    .AddSingleton(services => new CreateOrder(services.GetRequiredService<TimeProvider>()))
    .AddSingleton(new UpdateInventory(new SampleStock().TakeAsync))
    .AddSingleton(services => new DailySummary(services.GetRequiredService<TimeProvider>(), SampleSalesReport.ReadAsync));
await builder.Build().RunAsync();
