using System.Diagnostics.Metrics;
using System.Net;

namespace Telemetry.Queues;

/// <summary>
/// The HTTP client for the queues of both clouds: one pool of connections for the process, created at its first use and never
/// disposed. Time-outs are the caller's; certificates are verified as the platform does.
/// </summary>
internal static class QueueHttp
{
    /// <summary>Longest time to make a connection.</summary>
    internal static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private static readonly Lazy<HttpClient> Shared = new(() => new HttpClient(NewHandler())
    {
        Timeout = Timeout.InfiniteTimeSpan,
        // Ten messages of 1 MiB with every byte escaped stay below it.
        MaxResponseContentBufferSize = 80 * 1024 * 1024,
    });

    internal static HttpClient Client => Shared.Value;

    /// <summary>A handler that uses no proxy for servers on this machine, and that no listener observes.</summary>
    internal static SocketsHttpHandler NewHandler() => new()
    {
        ConnectTimeout = ConnectTimeout,
        // Follows changes of the service's addresses.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        // After a freeze, a function still has connections that the service has closed long ago.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        Proxy = new ProxyExceptForThisMachine(HttpClient.DefaultProxy),
        AllowAutoRedirect = false,
        UseCookies = false,
        // A timer of .NET ends connections; OwnSending does not apply there.
        ActivityHeadersPropagator = null,
        MeterFactory = new SilentMeters(),
    };

    /// <summary>The proxy that the process uses for a server; null when it connects directly.</summary>
    internal static Uri? ProxyFor(Uri server)
    {
        var proxy = new ProxyExceptForThisMachine(HttpClient.DefaultProxy);
        return proxy.IsBypassed(server) ? null : proxy.GetProxy(server);
    }

    // Measurements of a disposed meter reach no listener.
    private sealed class SilentMeters : IMeterFactory
    {
        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options);
            meter.Dispose();
            return meter;
        }

        public void Dispose()
        {
        }
    }
}
