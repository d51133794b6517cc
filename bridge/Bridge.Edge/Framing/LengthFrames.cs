using System.Buffers.Binary;
using Bridge.Core.Running;

namespace Bridge.Edge.Framing;

/// <summary>Messages after their length in four bytes, the highest first, as Python's SocketHandler sends them.</summary>
internal sealed class LengthFrames(int maxBytes, ByteBudget budget) : IFrameReader
{
    /// <summary>Bytes of a length.</summary>
    public const int Prefix = sizeof(uint);

    // A larger message is none: the first four bytes of some other protocol.
    private const uint MostSkipped = 256 * 1024 * 1024;

    private readonly HeldFrame _held = new(maxBytes, budget);
    private readonly byte[] _prefix = new byte[Prefix];
    private int _prefixLength;
    private long _missing;
    private bool _isGiven;

    public bool IsLost { get; private set; }

    public bool TryRead(ref ReadOnlyMemory<byte> input, out Frame frame)
    {
        frame = default;
        if (_isGiven)
            _held.Clear();
        _isGiven = false;
        while (!input.IsEmpty && !IsLost)
        {
            if (_prefixLength < Prefix)
            {
                _prefix[_prefixLength++] = input.Span[0];
                input = input[1..];
                if (_prefixLength == Prefix)
                    Begin(BinaryPrimitives.ReadUInt32BigEndian(_prefix));
            }
            else if (ReadMessage(ref input, out frame))
            {
                return true;
            }
        }

        if (IsLost)
            input = default;
        return false;
    }

    // Half a pickle is none.
    public bool TryEnd(out Frame frame)
    {
        frame = default;
        return false;
    }

    public void Dispose() => _held.Dispose();

    private void Begin(uint length)
    {
        IsLost = length > MostSkipped;
        _missing = length;
        if (length == 0)
            _prefixLength = 0;
    }

    private bool ReadMessage(ref ReadOnlyMemory<byte> input, out Frame frame)
    {
        var taken = (int)Math.Min(_missing, input.Length);
        _missing -= taken;
        var isWhole = _missing == 0 && _held.Length == 0 && taken <= maxBytes;
        if (!isWhole)
            _held.Add(input.Span[..taken]);
        frame = isWhole ? new Frame(input[..taken], taken) : new Frame(_held.Kept, _held.Length);
        input = input[taken..];
        if (_missing > 0)
            return false;
        _prefixLength = 0;
        _isGiven = true;
        return true;
    }
}
