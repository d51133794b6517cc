using HostFigures;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
if (Quote.WithTelemetry)
    builder.UseTelemetryQueue();
builder.ConfigureFunctionsWebApplication();
await builder.Build().RunAsync();
