using System.Diagnostics.Metrics;
using System.Net;

namespace Telemetry.Queues;

/// <summary>
/// The HTTP client that the queues of both clouds are asked with: one pool of connections for the process, made at its first use
/// and never disposed. Time-outs are the caller's; certificates are verified as the platform does.
/// </summary>
internal static class QueueHttp
{
    /// <summary>How long a connection may take to be made.</summary>
    internal static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private static readonly Lazy<HttpClient> Shared = new(() => new HttpClient(NewHandler())
    {
        Timeout = Timeout.InfiniteTimeSpan,
        // Ten messages of 1 MiB, every byte of them escaped, stay below it.
        MaxResponseContentBufferSize = 80 * 1024 * 1024,
    });

    internal static HttpClient Client => Shared.Value;

    /// <summary>A handler that asks servers on this machine without a proxy, and that no listener observes.</summary>
    internal static SocketsHttpHandler NewHandler() => new()
    {
        ConnectTimeout = ConnectTimeout,
        // Follows changes of the service's addresses.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        // A frozen function wakes with connections that the service has closed long ago.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        Proxy = new ProxyExceptForThisMachine(HttpClient.DefaultProxy),
        AllowAutoRedirect = false,
        UseCookies = false,
        // Connections end on a timer of .NET's, where OwnSending does not reach.
        ActivityHeadersPropagator = null,
        MeterFactory = new SilentMeters(),
    };

    /// <summary>The proxy that the process asks a server through; null where it asks the server itself.</summary>
    internal static Uri? ProxyFor(Uri server)
    {
        var proxy = new ProxyExceptForThisMachine(HttpClient.DefaultProxy);
        return proxy.IsBypassed(server) ? null : proxy.GetProxy(server);
    }

    // What is measured on a disposed meter reaches no listener.
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
