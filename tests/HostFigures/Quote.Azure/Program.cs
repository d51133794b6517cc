using Functions.Azure.Hosting;
using HostFigures;

var app = CustomHandler.Create();
app.MapPost("/api/quotes", async context =>
{
    using var body = new MemoryStream();
    await context.Request.Body.CopyToAsync(body);
    context.Response.ContentType = "application/json";
    await context.Response.Body.WriteAsync(Quote.Answer(body.GetBuffer().AsSpan(0, (int)body.Length)));
});
await app.RunAsync();
