using System.Net.Sockets;
using Bridge.Edge.Configuration;

namespace Bridge.Edge.Listening;

/// <summary>Why nothing may listen at an address, in one line with the remedy.</summary>
internal static class ListenProblem
{
    public static string Of(IntakeEndpoint endpoint, SocketError error) => error switch
    {
        SocketError.AddressAlreadyInUse => $"Url is '{endpoint}', where another process listens: end it, or give another address",
        _ when endpoint.Path is not null =>
            $"Url is '{endpoint}', where no socket can be made ({error}): give a folder that the process may write to",
        _ => $"Url is '{endpoint}', where nothing may listen ({error}): give an address of this machine, and a port that the"
            + " process may use, 1024 or above by custom",
    };
}
