using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using static System.FormattableString;

namespace Telemetry.Queues;

/// <summary>
/// Why no answer came from a server, and what to check. The words are our own, since the texts of exceptions hold the proxy's
/// address with its password.
/// </summary>
/// <param name="Detail">One clause.</param>
/// <param name="IsTransient">True when the same call may succeed later.</param>
/// <param name="IsUnknownName">True when the host name of the server, or of the proxy, does not exist.</param>
internal sealed record NetworkFailure(string Detail, bool IsTransient = true, bool IsUnknownName = false)
{
    /// <summary>Explains a failure; null when nothing in it comes from the network.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="server">Who was asked.</param>
    internal static NetworkFailure? Find(Exception error, Uri server)
    {
        var causes = Causes(error).ToList();
        var http = causes.OfType<HttpRequestException>().FirstOrDefault();
        var route = Route.To(server);
        if (causes.Any(cause => cause is AuthenticationException))
        {
            return new NetworkFailure(
                $"the certificate of '{server.Authority}' is not trusted here{route.Over}: check address and certificate"
                    + " authorities",
                IsTransient: false);
        }

        if (http?.HttpRequestError is HttpRequestError.ProxyTunnelError)
            return ProxyRefused(server, http.StatusCode);
        // Only a connection attempt that takes too long ends with this cause; in all other cases the caller knows why it
        // cancelled.
        if (causes.Any(cause => cause is TimeoutException))
            return route.Explain(SocketError.TimedOut);
        if (causes.Any(cause => cause is OperationCanceledException))
            return null;
        if (causes.OfType<SocketException>().FirstOrDefault() is { } socket)
            return route.Explain(socket.SocketErrorCode);
        // The clients of the clouds may pass on the inner exception alone.
        var broken = causes.OfType<HttpIOException>().FirstOrDefault()?.HttpRequestError;
        return (http?.HttpRequestError ?? broken) switch
        {
            null => causes.Any(cause => cause is IOException) ? route.BrokeOff(nameof(IOException)) : null,
            HttpRequestError.NameResolutionError => route.Explain(SocketError.HostNotFound),
            HttpRequestError.ConfigurationLimitExceeded =>
                new NetworkFailure($"the answer of '{server.Authority}' is larger than any answer of its service"),
            var other => route.BrokeOff($"{other}"),
        };
    }

    /// <summary>The proxy on the way to a server does not let the call through.</summary>
    internal static NetworkFailure ProxyRefused(Uri server, HttpStatusCode? status)
    {
        var proxy = Route.To(server).Proxy ?? "the proxy";
        return status is HttpStatusCode.ProxyAuthenticationRequired
            ? new NetworkFailure(
                $"{proxy} wants other credentials (407): correct user and password there, or name '{server.Host}' in NO_PROXY",
                IsTransient: false)
            : new NetworkFailure(
                $"{proxy} does not lead to '{server.Authority}'{Shown(status)}: allow that address there, or name"
                    + $" '{server.Host}' in NO_PROXY",
                IsTransient: status is null or >= HttpStatusCode.InternalServerError);
    }

    /// <summary>Names the proxy on the way to a server, as the end of a sentence; empty without a proxy.</summary>
    internal static string Over(Uri server) => Route.To(server).Over;

    private static string Shown(HttpStatusCode? status) => status is { } code ? Invariant($" ({(int)code})") : "";

    private static IEnumerable<Exception> Causes(Exception error)
    {
        yield return error;
        // The errors of all tries may come in one exception; the last one counts.
        var inner = error is AggregateException { InnerExceptions: [.., var last] } ? last : error.InnerException;
        if (inner is null)
            yield break;
        foreach (var cause in Causes(inner))
            yield return cause;
    }

    // The other end of the connection: the server, or the proxy on the way to it.
    private sealed record Route(Uri Server, string? Proxy)
    {
        internal string Over => Proxy is null ? "" : $" over {Proxy}";

        // Without user and password, which its address may hold.
        internal static Route To(Uri server) => new(server, QueueHttp.ProxyFor(server) is { } proxy
            ? $"the proxy '{proxy.Authority}' of {server.Scheme.ToUpperInvariant()}_PROXY"
            : null);

        internal NetworkFailure Explain(SocketError error) => error switch
        {
            SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => BrokeOff($"{error}"),
            _ when Proxy is not null => new NetworkFailure(
                $"{Proxy} cannot be reached ({error}): correct or start it, or name '{Server.Host}' in NO_PROXY",
                IsUnknownName: IsUnknown(error)),
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => new NetworkFailure(
                $"the name '{Server.Host}' does not resolve: check the address, and the DNS of private endpoints",
                IsUnknownName: IsUnknown(error)),
            SocketError.ConnectionRefused => new NetworkFailure(
                $"nothing listens at '{Server.Authority}', which refuses connections: check host and port"),
            _ => new NetworkFailure(
                $"the connection to '{Server.Authority}' failed ({error}): check routes, firewalls and private endpoints"),
        };

        internal NetworkFailure BrokeOff(string error) =>
            new($"the connection to '{Server.Authority}'{Over} failed, it broke off ({error}):"
                + " whether the request took effect is unknown");

        private static bool IsUnknown(SocketError error) => error is SocketError.HostNotFound or SocketError.NoData;
    }
}
