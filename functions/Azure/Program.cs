using Functions.Azure;
using Functions.Azure.Hosting;

var app = CustomHandler.Create();
app.MapOrderFunctions(TimeProvider.System);
await app.RunAsync();
