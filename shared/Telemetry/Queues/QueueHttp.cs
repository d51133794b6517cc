using System.Diagnostics.Metrics;
using System.Net;

namespace Telemetry.Queues;

/// <summary>
/// What the clouds' clients send with: one pool of connections for the process, created at its first use and never disposed.
/// Certificates are verified as the platform does.
/// </summary>
internal static class QueueHttp
{
    /// <summary>Longest time to make a connection.</summary>
    internal static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private static readonly Lazy<HttpMessageHandler> Shared = new(NewHandler);

    /// <summary>
    /// A client without a time-out of its own, for the calls of one queue: <see cref="QueueCall"/> bounds each attempt.
    /// </summary>
    /// <param name="clock">Measures the attempts.</param>
    /// <param name="handler">Sends instead of the process's own pool; null takes that.</param>
    internal static HttpClient NewClient(TimeProvider clock, HttpMessageHandler? handler = null) =>
        new(new QueueAttempts(clock, handler ?? Shared.Value), disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>A client on the same connections for what is no call of a queue: tokens of an identity.</summary>
    internal static HttpClient NewClient() => new(Shared.Value, disposeHandler: false);

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

/// <summary>
/// The platform's proxy (<c>HTTPS_PROXY</c> and its like), but never for loopback, where emulators and agents listen, nor for
/// link-local addresses, where the clouds serve a machine's identity.
/// </summary>
internal sealed class ProxyExceptForThisMachine(IWebProxy proxy) : IWebProxy
{
    public ICredentials? Credentials { get => proxy.Credentials; set => proxy.Credentials = value; }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : proxy.GetProxy(destination);

    public bool IsBypassed(Uri host) =>
        host.IsLoopback || host.Host.StartsWith("169.254.", StringComparison.Ordinal) || proxy.IsBypassed(host);
}
