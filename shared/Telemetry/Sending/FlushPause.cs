using Telemetry.Queues;

namespace Telemetry.Sending;

/// <summary>
/// Keeps invocations from paying for a queue that is out of reach: after a flush that reached nothing the next ones do not
/// wait for it, for a second at first and half a minute at most, or until anything at all was sent. Meanwhile the background tries.
/// </summary>
internal sealed class FlushPause(TimeProvider clock, Random? random = null)
{
    private readonly Lock _gate = new();
    private readonly Backoff _backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), random);
    private long _since;
    private TimeSpan _length;
    private long _messages;

    /// <summary>How long flushes are still left out; zero when the next one may try.</summary>
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
            // Flushes that began together fail together: that is one failure.
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
