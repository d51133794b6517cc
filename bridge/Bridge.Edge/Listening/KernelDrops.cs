using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Bridge.Edge.Listening;

/// <summary>Messages that the kernel dropped because the socket's receive buffer was full. Safe for several threads.</summary>
internal sealed class KernelDrops(Socket socket)
{
    // Linux: SOL_SOCKET and SO_MEMINFO, nine words of which the last is the number of drops.
    private const int SocketLevel = 1;
    private const int MemoryInformation = 55;
    private const int Words = 9;

    private readonly Lock _gate = new();
    private uint _last;
    private long _total;
    private bool _isOver;

    /// <summary>All of them until now; after <see cref="ReadLast"/> until then.</summary>
    public long Read()
    {
        lock (_gate)
        {
            if (!_isOver && OperatingSystem.IsLinux())
                Add();
            return _total;
        }
    }

    /// <summary>Reads a last time: the socket closes.</summary>
    public void ReadLast()
    {
        _ = Read();
        lock (_gate)
            _isOver = true;
    }

    // The kernel's word starts again at 0 after 2^32.
    private void Add()
    {
        Span<uint> words = stackalloc uint[Words];
        if (socket.GetRawSocketOption(SocketLevel, MemoryInformation, MemoryMarshal.AsBytes(words)) < Words * sizeof(uint))
            return;
        _total += unchecked(words[^1] - _last);
        _last = words[^1];
    }
}
