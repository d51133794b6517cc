using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Bridge.Hosting.Http;

/// <summary>Checks whether this process may listen on the bridge's HTTP address.</summary>
internal static class ListenCheck
{
    /// <summary>
    /// Why the process may not listen; null when it may. A port in use is no problem, since a bridge may be running.
    /// </summary>
    /// <param name="options">Valid options.</param>
    public static string? Problem(HttpOptions options)
    {
        var binding = BindingAddress.Parse(options.Url);
        var address = IPAddress.TryParse(binding.Host, out var one) ? one : IPAddress.Loopback;
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, binding.Port));
            return null;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            return null;
        }
        catch (SocketException exception)
        {
            return $"{HttpOptions.Section}:Url is '{options.Url}', where this process may not listen"
                + $" ({exception.SocketErrorCode}): give an address of this machine or http://0.0.0.0:PORT, and a port that the"
                + " process may use, usually 1024 or above";
        }
    }
}
