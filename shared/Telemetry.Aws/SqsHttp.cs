using System.Net;

namespace Telemetry.Aws;

/// <summary>The process's one pool of connections to SQS, made at its first use and never disposed.</summary>
internal static class SqsHttp
{
    private static readonly Lazy<HttpClient> Shared = new(Create);

    /// <summary>The client. Time-outs are the caller's; certificates are verified as the platform does.</summary>
    public static HttpClient Client => Shared.Value;

    private static HttpClient Create()
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5),
            // Follows changes of the service's addresses.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            // A frozen function wakes with connections that the service has closed long ago.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            Proxy = new ProxyExceptForLoopback(HttpClient.DefaultProxy),
            AllowAutoRedirect = false,
            UseCookies = false,
            // Telemetry about sending telemetry would feed itself.
            ActivityHeadersPropagator = null,
        };
        return new HttpClient(handler)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            // Ten messages of 1 MiB, every byte of them escaped, stay below it.
            MaxResponseContentBufferSize = 80 * 1024 * 1024,
        };
    }

    /// <summary>The platform's proxy (HTTPS_PROXY and its like), but never for an emulator on this machine.</summary>
    private sealed class ProxyExceptForLoopback(IWebProxy proxy) : IWebProxy
    {
        public ICredentials? Credentials { get => proxy.Credentials; set => proxy.Credentials = value; }

        public Uri? GetProxy(Uri destination) => proxy.GetProxy(destination);

        public bool IsBypassed(Uri host) => host.IsLoopback || proxy.IsBypassed(host);
    }
}
