namespace Telemetry.Lambda;

/// <summary>The stream of an answer. It flushes telemetry when it is disposed, which happens after the answer was sent.</summary>
/// <param name="answer">The answer's bytes; disposed with this stream.</param>
/// <param name="flush">Does not throw.</param>
internal sealed class FlushingStream(Stream answer, Func<Task> flush) : Stream
{
    private int _disposed;

    public override bool CanRead => answer.CanRead;

    public override bool CanSeek => answer.CanSeek;

    public override bool CanWrite => false;

    public override long Length => answer.Length;

    public override long Position
    {
        get => answer.Position;
        set => answer.Position = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => answer.Read(buffer, offset, count);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        answer.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        answer.ReadAsync(buffer, offset, count, cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => answer.Seek(offset, origin);

    public override void SetLength(long value) => throw new NotSupportedException("an answer is only read");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("an answer is only read");

    public override void Flush()
    {
        // Nothing is written.
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            answer.Dispose();
            // The thread that disposes this requests the next invocation afterwards, so it must wait for the flush.
            flush().GetAwaiter().GetResult();
        }

        base.Dispose(disposing);
    }
}
