using Bridge.Edge.Listening;

namespace Bridge.Edge.Diagnostics;

/// <summary>Why a message was dropped.</summary>
internal enum DropReason
{
    /// <summary>The socket's receive buffer was full.</summary>
    Kernel,

    /// <summary>The spool or the memory between socket and decoder was full, and the sender cannot be told to wait.</summary>
    Full,

    /// <summary>It is larger than what the intake takes.</summary>
    Oversize,

    /// <summary>Its sender may not send. Of streams, connections are counted.</summary>
    Denied,

    /// <summary>It is not of the intake's format.</summary>
    Unreadable,
}

/// <summary>What an intake took and dropped. Safe for several threads.</summary>
internal sealed class IntakeCounters
{
    private readonly long[] _dropped = new long[Enum.GetValues<DropReason>().Length];
    private long _messages;
    private KernelDrops? _kernel;

    /// <summary>Messages that the collector took.</summary>
    public long Messages => Interlocked.Read(ref _messages);

    public void CountMessage() => Interlocked.Increment(ref _messages);

    public void CountDropped(DropReason reason) => Interlocked.Increment(ref _dropped[(int)reason]);

    public long Dropped(DropReason reason) =>
        reason is DropReason.Kernel ? _kernel?.Read() ?? 0 : Interlocked.Read(ref _dropped[(int)reason]);

    /// <summary>Says whose drops are read.</summary>
    public void Watch(KernelDrops kernel) => _kernel = kernel;
}
