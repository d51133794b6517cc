using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Telemetry.Queues;

namespace Telemetry.Tests.Azure;

/// <summary>A Queue service on loopback that answers as told: for throttling, refusals and broken connections.</summary>
internal sealed class FakeQueueServer : IAsyncDisposable
{
    // Not a real key: the fake does not check signatures.
    public const string Connection = "AccountName=acct;AccountKey=c2VjcmV0LWtleS1vZi1hY2N0";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();

    private FakeQueueServer(WebApplication app) => _app = app;

    /// <summary>What has come so far, in order.</summary>
    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    /// <summary>The queue that it serves, to be used with <see cref="Connection"/>.</summary>
    public QueueEndpoint Queue => At(Connection);

    /// <summary>Starts on a free port.</summary>
    /// <param name="answer">Called with the number of the request, from 1.</param>
    /// <param name="certificate">Serve https with it.</param>
    public static async Task<FakeQueueServer> StartAsync(
        Func<int, HttpContext, Task> answer, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(certificate);
        }));

        var app = builder.Build();
        var server = new FakeQueueServer(app);
        var count = 0;
        app.Run(async context =>
        {
            server._requests.Enqueue(await RecordedRequest.ReadAsync(context.Request));
            await answer(Interlocked.Increment(ref count), context);
        });
        await app.StartAsync();
        return server;
    }

    /// <summary>Its queue with another connection string, or with none.</summary>
    public QueueEndpoint At(string? connection)
    {
        var addresses = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return Endpoints.Azure(new Uri($"{addresses.Single()}/acct/orders"), connection);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

/// <summary>One request as it came.</summary>
internal sealed record RecordedRequest(string Method, string Path, string Query, IHeaderDictionary Headers, string Body)
{
    public static async Task<RecordedRequest> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var headers = new HeaderDictionary(request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));
        return new RecordedRequest(
            request.Method, request.Path, request.QueryString.Value!, headers, await reader.ReadToEndAsync());
    }
}
