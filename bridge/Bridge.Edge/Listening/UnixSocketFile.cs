using System.Net.Sockets;

namespace Bridge.Edge.Listening;

/// <summary>The file of a Unix socket.</summary>
internal static class UnixSocketFile
{
    // Group members may send; a file of an application's container needs no more than a shared group.
    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Removes the file that a process left which has ended. A socket that somebody listens on stays.</summary>
    public static void Prepare(string path, SocketType type)
    {
        if (!IsSocket(path))
            return;
        try
        {
            using var probe = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionRefused)
        {
            Remove(path);
        }
        catch (SocketException)
        {
            // Binding will say what is wrong.
        }
    }

    /// <summary>Lets the owner and the group send.</summary>
    public static void Protect(string path)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, Mode);
    }

    public static void Remove(string path)
    {
        if (IsSocket(path))
            File.Delete(path);
    }

    // A file of any other kind is not ours.
    private static bool IsSocket(string path) =>
        new FileInfo(path) is { Exists: true, Length: 0, LinkTarget: null };
}
