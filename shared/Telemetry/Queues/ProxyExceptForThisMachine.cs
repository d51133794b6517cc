using System.Net;

namespace Telemetry.Queues;

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
