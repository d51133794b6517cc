namespace Harness.Faults;

/// <summary>Whose a TCP connection is, by the kernel's own tables.</summary>
internal static class TcpSockets
{
    private const int LocalAddress = 1;
    private const int Inode = 9;

    /// <summary>True when the process holds the socket whose own port this is.</summary>
    public static bool IsHeldBy(int process, int port)
    {
        var inode = File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6"))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(fields => fields[LocalAddress].EndsWith($":{port:X4}", StringComparison.Ordinal))?[Inode];
        return inode is not null
            && new DirectoryInfo($"/proc/{process}/fd").EnumerateFileSystemInfos()
                .Any(descriptor => descriptor.LinkTarget == $"socket:[{inode}]");
    }
}
