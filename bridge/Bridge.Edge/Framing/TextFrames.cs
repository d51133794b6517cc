using Bridge.Core.Running;
using Bridge.Edge.Configuration;

namespace Bridge.Edge.Framing;

/// <summary>Messages that end at a line feed or a NUL, or after a count. Empty ones are skipped.</summary>
internal sealed class TextFrames(StreamFraming framing, int maxBytes, ByteBudget budget) : IFrameReader
{
    private const byte LineFeed = (byte)'\n';
    private const byte Nul = 0;

    private readonly HeldFrame _held = new(maxBytes, budget);
    private State _state;
    private bool _isGiven;

    // Of a counted message: all its bytes, and those that are to come.
    private long _count;
    private long _missing;

    // What stands behind a counted message must be another one.
    private bool _wasCounted;
    private bool _isOutOfStep;

    private enum State
    {
        Start,
        Header,
        Line,
        Counted,
    }

    public bool IsLost => false;

    public bool TryRead(ref ReadOnlyMemory<byte> input, out Frame frame)
    {
        Forget();
        frame = default;
        while (!input.IsEmpty)
        {
            switch (_state)
            {
                case State.Start:
                    Start(ref input);
                    break;
                case State.Header:
                    ReadHeader(ref input);
                    break;
                case State.Line:
                    if (ReadLine(ref input, out frame))
                        return true;
                    break;
                default:
                    if (ReadCounted(ref input, out frame))
                        return true;
                    break;
            }
        }

        return false;
    }

    public bool TryEnd(out Frame frame)
    {
        Forget();
        frame = _state is State.Counted ? new Frame(_held.Kept, _count) : EndOfLine(default);
        _isGiven = true;
        return frame.FullLength > 0;
    }

    public void Dispose() => _held.Dispose();

    private void Forget()
    {
        if (_isGiven)
            _held.Clear();
        _isGiven = false;
    }

    private void Start(ref ReadOnlyMemory<byte> input)
    {
        var hasCounts = framing is StreamFraming.Auto or StreamFraming.Octet;
        if (hasCounts && IsEnd(input.Span[0]))
        {
            input = input[1..];
            return;
        }

        _isOutOfStep = hasCounts && (_wasCounted || framing is StreamFraming.Octet) && input.Span[0] != (byte)'<';
        _state = hasCounts ? State.Header : State.Line;
    }

    // Byte by byte: there are a few, and they may arrive alone.
    private void ReadHeader(ref ReadOnlyMemory<byte> input)
    {
        while (!input.IsEmpty)
        {
            _held.Add(input.Span[..1]);
            var start = CountHeader.Read(_held.Kept.Span, framing is StreamFraming.Auto, out var length, out var count);
            if (start is FrameStart.Line)
            {
                BeginLine();
                return;
            }

            input = input[1..];
            if (start is FrameStart.Counted)
            {
                BeginCounted(length, count);
                return;
            }
        }
    }

    // The byte that told is still in the input: it may end the line.
    private void BeginLine()
    {
        Span<byte> begun = stackalloc byte[CountHeader.Longest];
        var length = _held.Kept.Length - 1;
        _held.Kept.Span[..length].CopyTo(begun);
        _held.Clear();
        _held.Add(begun[..length]);
        _wasCounted = false;
        _state = State.Line;
    }

    private void BeginCounted(int length, int count)
    {
        Span<byte> begun = stackalloc byte[CountHeader.Longest];
        var message = _held.Kept.Span[length..];
        message.CopyTo(begun);
        var taken = message.Length;
        _held.Clear();
        _held.Add(begun[..taken]);
        (_count, _missing) = (count, count - taken);
        (_wasCounted, _isOutOfStep) = (true, false);
        _state = State.Counted;
    }

    private bool ReadLine(ref ReadOnlyMemory<byte> input, out Frame frame)
    {
        var end = IndexOfEnd(input.Span);
        if (end < 0)
        {
            _held.Add(input.Span);
            input = default;
            frame = default;
            return false;
        }

        frame = EndOfLine(input[..end]);
        input = input[(end + 1)..];
        _state = State.Start;
        _isGiven = true;
        if (frame.FullLength > 0)
            return true;
        Forget();
        return false;
    }

    private Frame EndOfLine(ReadOnlyMemory<byte> rest)
    {
        if (_held.Length > 0 || rest.Length > maxBytes)
        {
            _held.Add(rest.Span);
            rest = _held.Kept;
        }

        var length = Math.Max(_held.Length, rest.Length);
        if (length == rest.Length && length > 0 && rest.Span[^1] == (byte)'\r')
            return new Frame(rest[..^1], length - 1) { IsOutOfStep = _isOutOfStep };
        return new Frame(rest, length) { IsOutOfStep = _isOutOfStep };
    }

    private bool ReadCounted(ref ReadOnlyMemory<byte> input, out Frame frame)
    {
        var taken = (int)Math.Min(_missing, input.Length);
        _missing -= taken;
        frame = default;
        if (_missing == 0 && _held.Length == 0 && taken <= maxBytes)
        {
            frame = new Frame(input[..taken], _count);
        }
        else
        {
            _held.Add(input.Span[..taken]);
            if (_missing == 0)
                frame = new Frame(_held.Kept, _count);
        }

        input = input[taken..];
        if (_missing > 0)
            return false;
        _state = State.Start;
        _isGiven = true;
        return true;
    }

    private int IndexOfEnd(ReadOnlySpan<byte> bytes) => framing switch
    {
        StreamFraming.Lf or StreamFraming.Octet => bytes.IndexOf(LineFeed),
        StreamFraming.Nul => bytes.IndexOf(Nul),
        _ => bytes.IndexOfAny(LineFeed, Nul),
    };

    private static bool IsEnd(byte one) => one is LineFeed or Nul;
}
