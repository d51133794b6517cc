using Bridge.Core.Running;
using Telemetry.Wire;

namespace Bridge.Edge.Framing;

/// <summary>
/// The beginning of a message whose end has not arrived: at most a limit of bytes is kept, the rest is counted.
/// </summary>
/// <param name="maxBytes">Most bytes to keep.</param>
/// <param name="budget">Shared by the connections: a message that finds no room in it is cut where it is.</param>
internal sealed class HeldFrame(int maxBytes, ByteBudget budget) : IDisposable
{
    // Kept without asking the budget: the number of connections bounds it.
    private const int Free = 16 * 1024;

    private PooledBytes? _bytes;
    private ByteBudget.Reservation? _reservation;
    private bool _isCut;

    /// <summary>Bytes added, with those that were not kept.</summary>
    public long Length { get; private set; }

    /// <summary>What is kept.</summary>
    public ReadOnlyMemory<byte> Kept => _bytes?.Memory ?? default;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        if (_isCut)
            return;
        var room = maxBytes - Kept.Length;
        if (bytes.Length > room)
        {
            bytes = bytes[..room];
            _isCut = true;
        }

        if (!Reserve(Kept.Length + bytes.Length))
        {
            _isCut = true;
            return;
        }

        (_bytes ??= new PooledBytes(256)).Append(bytes);
    }

    /// <summary>Forgets the message.</summary>
    public void Clear()
    {
        Length = 0;
        _isCut = false;
        if (_reservation is null)
            _bytes?.Truncate(0);
        else
            Dispose();
    }

    public void Dispose()
    {
        _bytes?.Dispose();
        _bytes = null;
        _reservation?.Dispose();
        _reservation = null;
    }

    // The whole limit at once: memory that doubles needs it soon.
    private bool Reserve(int length)
    {
        if (length <= Free || _reservation is not null)
            return true;
        _reservation = budget.TryReserve(2L * maxBytes);
        return _reservation is not null;
    }
}
