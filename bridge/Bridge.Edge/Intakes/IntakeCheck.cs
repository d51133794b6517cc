using System.Net.Sockets;
using Bridge.Edge.Configuration;
using Bridge.Edge.Listening;

namespace Bridge.Edge.Intakes;

/// <summary>What the check of an intake found.</summary>
/// <param name="Name">What was tried, and the receive buffer of an intake of datagrams.</param>
/// <param name="Error">Null when the intake may listen; else one line with the remedy.</param>
/// <param name="Warning">Of an intake that may listen: what is unwise, with the remedy; else null.</param>
internal sealed record IntakeCheckResult(string Name, string? Error, string? Warning);

/// <summary>Binds an intake's address and closes it again, for <c>bridge check</c>.</summary>
internal static class IntakeCheck
{
    /// <summary>Checks one intake. An address in use is accepted, since a bridge may be running.</summary>
    /// <param name="index">Its place in <c>Bridge:Intakes</c>.</param>
    /// <param name="options">Valid options.</param>
    public static IntakeCheckResult Run(int index, IntakeOptions options)
    {
        var endpoint = options.Endpoint;
        var name = $"intake {endpoint}";
        try
        {
            var buffer = Bind(endpoint);
            return buffer is null
                ? new IntakeCheckResult(name, Error: null, Warning: null)
                : new IntakeCheckResult($"{name}, receive buffer {buffer.Bytes / 1024:D} KiB", Error: null, buffer.Remedy);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            return new IntakeCheckResult($"{name}, in use", Error: null, Warning: null);
        }
        catch (SocketException exception)
        {
            var problem = ListenProblem.Of(endpoint, exception.SocketErrorCode);
            return new IntakeCheckResult(name, $"Bridge:Intakes:{index}:{problem}", Warning: null);
        }
    }

    // Null for a stream.
    private static ReceiveBuffer? Bind(IntakeEndpoint endpoint)
    {
        using var socket = endpoint.IsDatagram
            ? DatagramSocket.Create(endpoint)
            : new Socket(endpoint.Address?.AddressFamily ?? AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var buffer = endpoint.IsDatagram ? ReceiveBuffer.Set(socket) : null;
        if (endpoint.Path is not { } path)
        {
            socket.Bind(endpoint.Address!);
            return buffer;
        }

        UnixSocketFile.Prepare(path, socket.SocketType);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Dispose();
        UnixSocketFile.Remove(path);
        return buffer;
    }
}
