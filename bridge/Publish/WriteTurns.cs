using System.Diagnostics.CodeAnalysis;

namespace Bridge.Publish;

/// <summary>
/// Lets the writes to a connection's stream through one after the other: the client library's, and those of messages beside it. Each is of
/// whole frames, so that none begins within another's.
/// </summary>
/// <param name="stream">What they go to; not owned.</param>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is never asked for holds nothing to release.")]
internal sealed class WriteTurns(Stream stream)
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Writes when its turn has come.</summary>
    /// <exception cref="IOException">The connection is lost; the library learns of it by reading.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await stream.WriteAsync(frames, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes the turn itself: what is written waits, and leaves together once the result is disposed.</summary>
    public async ValueTask<IDisposable> HoldAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        return new Held(_turn);
    }

    private sealed class Held(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
