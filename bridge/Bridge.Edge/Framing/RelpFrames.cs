using Bridge.Core.Running;

namespace Bridge.Edge.Framing;

/// <summary>One frame of RELP.</summary>
/// <param name="Transaction">The sender's number of it, which its answer repeats.</param>
/// <param name="Command">Such as <c>syslog</c>.</param>
/// <param name="Data">Its data.</param>
internal readonly record struct RelpFrame(int Transaction, string Command, Frame Data);

/// <summary>
/// Finds RELP's frames: transaction, command and number of bytes, with a space between them; a space and the data, if there are
/// any; a line feed. For one connection.
/// </summary>
internal sealed class RelpFrames(int maxBytes, ByteBudget budget) : IDisposable
{
    private const int MostDigits = 9;
    private const int LongestCommand = 32;

    private readonly HeldFrame _held = new(maxBytes, budget);
    private readonly byte[] _command = new byte[LongestCommand];
    private State _state;
    private int _transaction;
    private int _commandLength;
    private int _digits;
    private int _length;
    private int _missing;

    private enum State
    {
        Transaction,
        Command,
        Length,
        Data,
        End,
    }

    /// <summary>True when the stream is no RELP: the connection ends.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Takes bytes until a frame ends.</summary>
    /// <param name="input">What arrived; afterwards what is left of it.</param>
    /// <param name="frame">The frame; its data are valid until the next call.</param>
    public bool TryRead(ref ReadOnlyMemory<byte> input, out RelpFrame frame)
    {
        frame = default;
        while (!input.IsEmpty && !IsLost)
        {
            if (_state is State.Data)
            {
                TakeData(ref input);
                continue;
            }

            var one = input.Span[0];
            input = input[1..];
            if (one == (byte)'\n' && IsEnd())
            {
                frame = End();
                return true;
            }

            Take(one);
        }

        return false;
    }

    public void Dispose() => _held.Dispose();

    // A frame without data has no space behind the length.
    private bool IsEnd() => _state is State.End || (_state is State.Length && _digits > 0 && _length == 0);

    private void Take(byte one)
    {
        switch (_state)
        {
            case State.Transaction:
                TakeDigit(one, ref _transaction, State.Command);
                break;
            case State.Command:
                TakeLetter(one);
                break;
            case State.Length:
                TakeDigit(one, ref _length, State.Data);
                break;
            default:
                IsLost = true;
                break;
        }
    }

    private void TakeDigit(byte one, ref int number, State next)
    {
        if (one is >= (byte)'0' and <= (byte)'9' && _digits < MostDigits)
        {
            number = (10 * number) + one - '0';
            _digits++;
            return;
        }

        IsLost = one != (byte)' ' || _digits == 0;
        if (IsLost)
            return;
        _digits = 0;
        _state = next;
        if (next is State.Data)
            BeginData();
    }

    private void TakeLetter(byte one)
    {
        if (one == (byte)' ' && _commandLength > 0)
        {
            _state = State.Length;
            return;
        }

        IsLost = !char.IsAsciiLetter((char)one) || _commandLength == LongestCommand;
        if (!IsLost)
            _command[_commandLength++] = one;
    }

    private void BeginData()
    {
        _held.Clear();
        _missing = _length;
        if (_missing == 0)
            _state = State.End;
    }

    private void TakeData(ref ReadOnlyMemory<byte> input)
    {
        var taken = Math.Min(_missing, input.Length);
        _held.Add(input.Span[..taken]);
        input = input[taken..];
        _missing -= taken;
        if (_missing == 0)
            _state = State.End;
    }

    private RelpFrame End()
    {
        var data = _length > 0 ? new Frame(_held.Kept, _length) : default;
        var frame = new RelpFrame(_transaction, System.Text.Encoding.ASCII.GetString(_command, 0, _commandLength), data);
        (_state, _transaction, _commandLength, _digits, _length) = (State.Transaction, 0, 0, 0, 0);
        return frame;
    }
}
