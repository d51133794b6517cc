using Telemetry.Queues;

namespace Telemetry.Sending;

/// <summary>
/// Prevents that each invocation waits for a queue that cannot be reached. After a flush that sent nothing, the next flushes
/// return at once, for a second at first and for 30 seconds at most, or until any message was sent. Meanwhile the background
/// tries.
/// </summary>
internal sealed class FlushPause(TimeProvider clock, Random? random = null)
{
    private readonly Lock _gate = new();
    private readonly Backoff _backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), random);
    private long _since;
    private TimeSpan _length;
    private long _messages;

    /// <summary>How long flushes still return at once; zero when the next one may try.</summary>
    /// <param name="messages">Messages sent so far: when they grew, the queue is back.</param>
    internal TimeSpan Left(long messages)
    {
        lock (_gate)
        {
            if (messages != _messages)
                _length = TimeSpan.Zero;
            var left = _length - clock.GetElapsedTime(_since);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>A flush has ended.</summary>
    /// <param name="reachedNothing">It was incomplete, and no message was sent meanwhile.</param>
    /// <param name="messages">Messages sent so far.</param>
    internal void Ended(bool reachedNothing, long messages)
    {
        lock (_gate)
        {
            // Flushes that began at the same time fail together and count as one failure.
            if (reachedNothing && messages == _messages && clock.GetElapsedTime(_since) < _length)
                return;
            if (!reachedNothing || messages != _messages)
                _backoff.Reset();
            _messages = messages;
            _since = clock.GetTimestamp();
            _length = reachedNothing ? _backoff.Next() : TimeSpan.Zero;
        }
    }
}
