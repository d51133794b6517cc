using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Telemetry.Tests.Aws;

/// <summary>
/// The credentials endpoint of a container service, which the SDK's chain finds by the environment: the process looks like a task
/// with a role until this is disposed. Every question gets the next session.
/// </summary>
internal sealed class FakeContainer : IAsyncDisposable
{
    private const string Variable = "AWS_CONTAINER_CREDENTIALS_FULL_URI";

    private readonly WebApplication _app;
    private int _sessions;

    private FakeContainer(WebApplication app) => _app = app;

    /// <summary>Questions so far.</summary>
    public int Sessions => Volatile.Read(ref _sessions);

    public static async Task<FakeContainer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var container = new FakeContainer(builder.Build());
        container._app.Run(context => context.Response.WriteAsync(container.NextSession()));
        await container._app.StartAsync();
        var address = container._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Environment.SetEnvironmentVariable(Variable, address + "/credentials");
        return container;
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable(Variable, null);
        await _app.DisposeAsync();
    }

    private string NextSession() => new JsonObject
    {
        ["AccessKeyId"] = KnownCredentials.Key,
        ["SecretAccessKey"] = KnownCredentials.Secret,
        ["Token"] = KnownCredentials.TokenOf(Interlocked.Increment(ref _sessions)),
        ["Expiration"] = TimeProvider.System.GetUtcNow().AddHours(6).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    }.ToJsonString();
}
