using System.Net.Sockets;

namespace Bridge.Publish;

/// <summary>
/// A TCP stream that a writer of many small messages may cork: what is written then collects, and leaves in few large writes. The
/// client library hands over each message as a write and a flush of its own, which would cost both sides a system call a message.
/// </summary>
/// <param name="socket">Connected; not owned by the stream.</param>
internal sealed class CorkedStream(Socket socket) : NetworkStream(socket, ownsSocket: false)
{
    private const int Capacity = 64 * 1024;

    private readonly byte[] _collected = new byte[Capacity];

    // Held by whoever writes: the library's write loop, or the one who uncorks.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _count;
    private volatile bool _isCorked;

    /// <summary>From now on writes collect.</summary>
    public void Cork() => _isCorked = true;

    /// <summary>Sends what has been collected; from now on every write leaves at once.</summary>
    /// <exception cref="IOException">The connection is lost; the library learns of it by reading.</exception>
    public async ValueTask UncorkAsync()
    {
        _isCorked = false;
        await _turn.WaitAsync();
        try
        {
            await SendCollectedAsync(CancellationToken.None);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var collects = _isCorked && buffer.Length <= Capacity;
            if (!collects || _count + buffer.Length > Capacity)
                await SendCollectedAsync(cancellationToken);
            if (collects)
                Collect(buffer.Span);
            else
                await base.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Not supported: it would overtake what has been collected.</summary>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("write asynchronously");

    /// <summary>Not supported: it would overtake what has been collected.</summary>
    public override void Write(ReadOnlySpan<byte> buffer) => throw new NotSupportedException("write asynchronously");

    private void Collect(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_collected.AsSpan(_count));
        _count += bytes.Length;
    }

    private async ValueTask SendCollectedAsync(CancellationToken cancellationToken)
    {
        if (_count == 0)
            return;
        await base.WriteAsync(_collected.AsMemory(0, _count), cancellationToken);
        _count = 0;
    }
}
