namespace Fuzz;

/// <summary>Time and memory that the code under test takes for one input; what the oracles take does not count.</summary>
internal sealed class Meter(TimeProvider clock)
{
    private long _started;
    private long _allocatedBefore;

    /// <summary>Time between all starts and stops.</summary>
    internal TimeSpan Elapsed { get; private set; }

    /// <summary>Bytes that the thread allocated in that time: what pools had to get anew is among them.</summary>
    internal long Allocated { get; private set; }

    internal void Reset()
    {
        Elapsed = TimeSpan.Zero;
        Allocated = 0;
    }

    internal void Start()
    {
        _allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        _started = clock.GetTimestamp();
    }

    internal void Stop()
    {
        Elapsed += clock.GetElapsedTime(_started);
        Allocated += GC.GetAllocatedBytesForCurrentThread() - _allocatedBefore;
    }
}
